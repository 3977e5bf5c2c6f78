import { useConsole } from '../state/console-context.ts';
import { saidText, useWords } from '../words/index.ts';
import type { Presentation } from './presentation.ts';

/** Over the whole picture while it is not fresh: what is wrong, in words that can be read from across the room. */
export function Veil({ presentation }: { readonly presentation: Presentation }) {
  const words = useWords();
  const link = useConsole((state) => state.link);
  const message = useConsole((state) => state.snapshot?.source.message ?? null);
  const said = useConsole((state) => state.snapshot?.source.said ?? null);
  if (presentation.veil === null) {
    return null;
  }
  const { title, text } = words.state.veils[presentation.veil];
  const aboutSource = presentation.veil !== 'ENGINE LOST' && presentation.veil !== 'RELOAD';
  return (
    <div className="veil" data-tone={presentation.tone} role="alert">
      <p className="veil-title">{title}</p>
      <p className="veil-text">{text}</p>
      {presentation.kind !== null && presentation.tone === 'alarm' && (
        <p className="veil-kind">
          <strong>{words.state.kinds[presentation.kind].word}</strong> {words.state.kinds[presentation.kind].text}
        </p>
      )}
      {aboutSource && message !== null && <p className="veil-text">{saidText(words, said, message)}</p>}
      {link.state === 'mismatch' && (
        <>
          <p className="veil-text">
            {words.state.engineBuild(link.engineBuild, window.consoleApi?.build ?? __ULTRAMOTION_BUILD__)}
          </p>
          <button type="button" data-primary onClick={() => location.reload()}>
            {words.state.reload}
          </button>
        </>
      )}
    </div>
  );
}
