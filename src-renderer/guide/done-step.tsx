import { Key } from '../actions/index.ts';
import { useWords } from '../words/index.ts';
import { useEndGuide } from './first-run.ts';
import { showStep } from './guide-store.ts';

const KEYS = ['f', 'm', 'r', 'c', '?', 'g'] as const;

/** What was reached, and the few keys worth knowing by heart. */
export function DoneStep() {
  const { guide } = useWords();
  const end = useEndGuide();
  return (
    <div className="guide-step">
      <p>{guide.done.text}</p>
      <dl className="help-keys">
        {KEYS.map((key) => (
          <div key={key}>
            <dt>
              <Key name={key} />
            </dt>
            <dd>{guide.done.keys[key]}</dd>
          </div>
        ))}
      </dl>
      <div className="guide-buttons">
        <button type="button" onClick={() => showStep('slicer')}>
          {guide.back}
        </button>
        <button type="button" data-primary="true" onClick={end}>
          {guide.done.end}
        </button>
      </div>
    </div>
  );
}
