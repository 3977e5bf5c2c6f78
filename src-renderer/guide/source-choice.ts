/** Where the operator says pictures shall come from. */
export const SOURCE_CHOICES = ['plus', 'recording', 'demo'] as const;
export type SourceChoice = (typeof SOURCE_CHOICES)[number];

/** PlusServer's usual `ListeningPort`, and the one Slicer's OpenIGTLinkIF offers. */
const USUAL_PORT = 18944;

/** What belongs to the choice that an address stands for. */
export function choiceOf(address: string): SourceChoice {
  return /^igtl:/i.test(address) ? 'plus' : /^phantom(:|$)/i.test(address) ? 'demo' : 'recording';
}

/** `10.0.0.5` as an operator types it becomes `igtl://10.0.0.5:18944`; what is written out in full stays. */
export function igtlAddress(typed: string): string {
  const host = typed.trim().replace(/^igtl:\/\//i, '');
  const hasPort = /(^|[^:]):\d+$/.test(host) || /\]:\d+$/.test(host);
  return host === '' ? '' : `igtl://${host}${hasPort ? '' : `:${USUAL_PORT}`}`;
}
