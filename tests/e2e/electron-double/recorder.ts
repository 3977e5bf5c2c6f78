/** What the app did to Electron that cannot be seen on the page, and the answers a person would have given. */

export interface RecordedCall {
  readonly what: string;
  readonly details: unknown;
}

export const recordedCalls: RecordedCall[] = [];

export function record(what: string, details: unknown = null): void {
  recordedCalls.push({ what, details });
}

/** Which button each coming message box gets, e.g. ELECTRON_DOUBLE_ANSWERS=0,1; the first when nothing is scripted. */
export const dialogAnswers = (process.env['ELECTRON_DOUBLE_ANSWERS'] ?? '').split(',').filter(Boolean).map(Number);
