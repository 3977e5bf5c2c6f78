import { useConsole, usePresentation } from '../state/console-context.ts';
import { saidText, useWords } from '../words/index.ts';
import { showStep, useGuide } from './guide-store.ts';
import { pictureOutcome } from './picture-outcome.ts';

/** Second step: is that the picture? Or what stands in its way, and what to do about it. */
export function PictureStep() {
  const words = useWords();
  const choice = useGuide((state) => state.source);
  const source = useConsole((state) => state.snapshot?.source ?? null);
  const picture = useConsole((state) => state.view?.picture ?? null);
  const outcome = pictureOutcome(usePresentation(), source?.message ?? null);
  const { guide } = words;
  return (
    <div className="guide-step">
      <div className="guide-outcome" data-outcome={outcome} role="status">
        <strong>{guide.picture.outcomes[outcome]}</strong>
        {outcome === 'there' && source !== null && <p>{words.shell.source.facts(source.deviceName, source.size)}</p>}
        {outcome !== 'there' && source !== null && <p>{saidText(words, source.said, source.message)}</p>}
      </div>
      {outcome === 'there' && picture !== null && picture.scaleOrigin === 'estimate' && (
        <p className="guide-hint">{guide.picture.scale(picture.mmPerPixel)}</p>
      )}
      {outcome !== 'there' && (
        <>
          <h3>{guide.picture.next}</h3>
          <ul className="guide-advice">
            {guide.picture.advice[choice].map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
      <div className="guide-buttons">
        <button type="button" onClick={() => showStep('source')}>
          {guide.back}
        </button>
        <button type="button" data-primary={outcome === 'there'} onClick={() => showStep('slicer')}>
          {outcome === 'there' ? guide.picture.yes : guide.picture.later}
        </button>
      </div>
    </div>
  );
}
