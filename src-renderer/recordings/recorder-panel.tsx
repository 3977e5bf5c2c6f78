import { useId } from 'react';
import { recordingLabelSchema } from '../../src-shared/index.ts';
import { ActionButton } from '../actions/index.ts';
import { useConsole } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useStore } from '../state/store.ts';
import { saidText, useWords } from '../words/index.ts';
import { recordingStore } from './recording-store.ts';

/** Begins and ends a recording, and says how it goes: frames written, frames that wait, frames lost, room left. */
export function RecorderPanel() {
  const words = useWords();
  const id = useId();
  const label = useStore(recordingStore, (state) => state.label);
  const refusal = useStore(recordingStore, (state) => state.refusal);
  const recording = useConsole(({ snapshot }) => snapshot?.recording ?? null);
  if (recording === null) {
    return null;
  }
  const isRunning = recording.state === 'recording' || recording.state === 'stopping';
  const isLabelBad = label !== '' && !recordingLabelSchema.safeParse(label).success;
  const { recordings } = words;
  return (
    <section className="recorder" aria-label={recordings.recorder}>
      <div className="recorder-line">
        <ActionButton id="recording.toggle" showsKey>
          {isRunning ? recordings.stop : recordings.start}
        </ActionButton>
        <label htmlFor={id}>{recordings.label}</label>
        <input
          id={id}
          type="text"
          value={label}
          disabled={isRunning}
          aria-invalid={isLabelBad}
          spellCheck={false}
          onChange={(event) => recordingStore.set({ label: event.target.value.trim() })}
        />
      </div>
      {isLabelBad && <p className="refusal">{recordings.labelRule}</p>}
      {recording.name !== null && (
        <p className="recorder-facts figure">
          <strong>{recording.name}</strong>{' '}
          {recordings.progress(recording.archived, recording.backlogFrames, recording.lost)}
        </p>
      )}
      {recording.minutesLeft !== null && <p>{recordings.roomLeft(recording.minutesLeft)}</p>}
      {recording.message !== null && <p className="refusal">{saidText(words, recording.said, recording.message)}</p>}
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusalText(words, refusal)}
        </p>
      )}
      <p className="recorder-note">{recordings.unencrypted}</p>
    </section>
  );
}
