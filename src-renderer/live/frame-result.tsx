import { useRef } from 'react';
import { useConsole, usePresentation } from '../state/console-context.ts';
import { saidText, useWords } from '../words/index.ts';
import { resultWords } from './result-words.ts';
import { useShownResult } from './use-shown-result.ts';

/** What the model said of the very frame on screen, and what a pixel of it measures. */
export function FrameResult() {
  const { live } = useWords();
  // A result of an old picture is old too.
  const old = usePresentation().veil !== null;
  return (
    <section className="panel result" data-faded={old} aria-label={live.resultTitle}>
      <Result />
      <Scale />
    </section>
  );
}

/** Empty for React: the words are those of the picture on screen, and change with it. */
function Result() {
  const words = useWords();
  const trouble = useConsole(({ snapshot }) =>
    snapshot === null ? null : saidText(words, snapshot.inference.said, snapshot.inference.message),
  );
  const word = useRef<HTMLElement>(null);
  const score = useRef<HTMLSpanElement>(null);
  const text = useRef<HTMLParagraphElement>(null);
  const boxes = useRef<HTMLParagraphElement>(null);
  useShownResult((result) => {
    const said = resultWords(words, result, trouble);
    word.current?.setAttribute('data-result', said.code ?? 'none');
    write(word.current, said.word);
    write(score.current, said.score);
    write(text.current, said.text);
    write(boxes.current, said.boxes);
  });
  return (
    <>
      <p className="result-line">
        <strong className="result-word" ref={word} role="status" />
        <span className="score" ref={score} />
      </p>
      <p className="result-text" ref={text} />
      <p className="boxes" ref={boxes} />
    </>
  );
}

/** Only what is new: a screen reader speaks with every writing. */
function write(element: HTMLElement | null, text: string): void {
  if (element !== null && element.textContent !== text) {
    element.textContent = text;
  }
}

function Scale() {
  const { live } = useWords();
  const mmPerPixel = useConsole((state) => state.view?.picture?.mmPerPixel ?? null);
  const origin = useConsole((state) => state.view?.picture?.scaleOrigin ?? 'source');
  return (
    <p className="scale" data-assumed={origin !== 'source'}>
      {mmPerPixel === null
        ? ' '
        : origin === 'source'
          ? live.scale.known(mmPerPixel)
          : live.scale.assumed(mmPerPixel, origin)}
    </p>
  );
}
