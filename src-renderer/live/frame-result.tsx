import { useConsole, usePresentation } from '../state/console-context.ts';
import { saidText, useWords } from '../words/index.ts';
import { resultWord } from './presentation.ts';

/** What the model said of the very frame on screen, and what a pixel of it measures. */
export function FrameResult() {
  const words = useWords();
  const picture = useConsole((state) => state.view?.picture ?? null);
  const inferenceMessage = useConsole((state) => state.snapshot?.inference.message ?? null);
  const inferenceSaid = useConsole((state) => state.snapshot?.inference.said ?? null);
  // A result of an old picture is old too.
  const old = usePresentation().veil !== null;
  const word = resultWord(picture);
  const framedOnly = word === 'bone' && picture?.hasMask === false;
  const explained = word === 'ai-failed' || word === 'ai-off' || word === 'no-mask';
  return (
    <section className="panel result" data-faded={old} aria-label={words.live.resultTitle}>
      <p className="result-line">
        <strong className="result-word" data-result={word ?? 'none'} role="status">
          {word === null ? words.shell.none : words.live.results[word]}
        </strong>
        {picture !== null && picture.score !== null && <span className="score">{words.live.score(picture.score)}</span>}
      </p>
      <p className="result-text">
        {word === null
          ? words.state.noPicture
          : explained
            ? (saidText(words, inferenceSaid, inferenceMessage) ?? words.live.resultTexts[word])
            : framedOnly
              ? words.live.framedOnly
              : words.live.resultTexts[word]}
      </p>
      {picture !== null && picture.boxes.length > 0 && (
        <p className="boxes">{words.live.boxes(picture.boxes.map(({ score }) => score))}</p>
      )}
      <p className="scale" data-assumed={picture !== null && picture.scaleOrigin !== 'source'}>
        {picture === null
          ? ' '
          : picture.scaleOrigin === 'source'
            ? words.live.scale.known(picture.mmPerPixel)
            : words.live.scale.assumed(picture.mmPerPixel, picture.scaleOrigin)}
      </p>
    </section>
  );
}
