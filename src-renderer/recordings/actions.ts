import type { Action } from '../actions/action.ts';
import type { ConsoleClient } from '../state/console-client.ts';
import { recordingStore } from './recording-store.ts';

const isRecording = (client: ConsoleClient): boolean => client.getState().snapshot?.recording.state === 'recording';

/** Fit for a pedal: begins and ends a recording from whatever view is shown. */
export const recordingActions: readonly Action[] = [
  {
    id: 'recording.toggle',
    key: 'r',
    where: 'everywhere',
    isPossible: (client) => client.getState().link.state === 'open',
    isOn: isRecording,
    run: toggleRecording,
  },
];

function toggleRecording(client: ConsoleClient): void {
  const { label } = recordingStore.get();
  const done = isRecording(client)
    ? client.command('recording.stop', {})
    : client.command('recording.start', label === '' ? {} : { label });
  done.then(
    () => recordingStore.set({ refusal: null }),
    (error: unknown) => recordingStore.set({ refusal: error }),
  );
}
