import { dialog } from 'electron';

const TITLE = 'Ultramotion Console';

/** What only a person can put right: a flag, a port, a data directory in use. */
export async function wantsToTryAgain(message: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: TITLE,
    message: 'The engine cannot start',
    detail: message,
    buttons: ['Try again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** Closing the app ends its engine, and with it the recording. */
export async function wantsToEndRecording(): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    title: TITLE,
    message: 'A recording is running',
    detail: 'Closing the console ends the recording. Everything received until then is kept.',
    buttons: ['Go on recording', 'End recording and close'],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
}

export async function wantsToLoadAgain(reason: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: TITLE,
    message: 'The window keeps failing',
    detail: `Its page ended several times within a minute (${reason}). The engine goes on: masks are sent, recordings go on.`,
    buttons: ['Load again', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 0;
}
