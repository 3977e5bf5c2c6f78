import { useId } from 'react';
import { useClient, useConsole } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10];

/** How recordings are played; shown while one is. */
export function ReplayPanel() {
  const client = useClient();
  const { recordings } = useWords();
  const id = useId();
  const isReplay = useConsole(({ snapshot }) => snapshot?.source.kind === 'replay');
  const speed = useConsole(({ snapshot }) => snapshot?.settings['source.speed'] ?? 1);
  const everyFrame = useConsole(({ snapshot }) => snapshot?.settings['source.everyFrame'] ?? false);
  const loop = useConsole(({ snapshot }) => snapshot?.settings['source.loop'] ?? true);
  if (!isReplay) {
    return null;
  }
  return (
    <section className="replay" aria-label={recordings.replay}>
      <h2>{recordings.replay}</h2>
      <div className="recorder-line">
        <label htmlFor={id}>{recordings.speed}</label>
        <select
          id={id}
          value={String(speed)}
          onChange={(event) => client.changeSettings({ 'source.speed': Number(event.target.value) })}
        >
          {[...new Set([...SPEEDS, speed])]
            .sort((a, b) => a - b)
            .map((value) => (
              <option key={value} value={String(value)}>
                {recordings.times(value)}
              </option>
            ))}
        </select>
        <label>
          <input
            type="checkbox"
            checked={everyFrame}
            onChange={(event) => client.changeSettings({ 'source.everyFrame': event.target.checked })}
          />
          {recordings.everyFrame}
        </label>
        <label>
          <input
            type="checkbox"
            checked={loop}
            onChange={(event) => client.changeSettings({ 'source.loop': event.target.checked })}
          />
          {recordings.loop}
        </label>
      </div>
    </section>
  );
}
