/** What is wrong now and what to do about it. */
export const alerts = {
  title: 'Problems',
  nothing: 'Nothing is wrong.',
  times: (count: number) => `${count} ×`,
  severity: { info: 'Info', warning: 'Warning', critical: 'Critical' },
  refused: (reason: string) => `The console could not read a message from the engine: ${reason}`,
  viewFailed: (message: string) => `The live view stopped: ${message}. Reload the page.`,
};
