import { Store } from '../state/store.ts';

interface RecordingChoices {
  /** Goes behind the date of the next recording; empty: nothing does. */
  readonly label: string;
  /** Why the last start or stop was refused (`refusalText` says it); null: it was not. */
  readonly refusal: unknown;
}

export const recordingStore = new Store<RecordingChoices>({ label: '', refusal: null });
