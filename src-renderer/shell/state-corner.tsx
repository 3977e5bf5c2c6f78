import { useConsole, usePresentation } from '../state/console-context.ts';
import { saidText, useWords } from '../words/index.ts';

/** Words beyond this length are set smaller, so that the corner keeps its size whatever it says. */
const LONG_WORD = 7;

/** The one fixed corner that says whether the picture is live, from a patient, and how old. */
export function StateCorner() {
  const words = useWords();
  const { state, tone, kind, ageMs, behind } = usePresentation();
  const kindWord = kind === null ? null : words.state.kinds[kind].word;
  // Behind a frozen picture the feed's own word says where it comes from.
  const origin = behind !== null ? null : kindWord === words.state.words[state] ? words.state.feedLive : kindWord;
  const age = ageMs === null ? words.state.noPicture : words.state.age(ageMs);
  return (
    <section
      className="state"
      data-tone={tone}
      data-state={state}
      data-kind={kind ?? 'live'}
      data-long={words.state.words[state].length > LONG_WORD}
      aria-label={words.state.label}
    >
      <p className="state-word" role="status">
        {words.state.words[state]}
      </p>
      <p className="state-facts">
        {origin !== null && <span>{origin}</span>}
        <span className="state-age">{age}</span>
        {behind !== null && (
          <span className="state-behind" data-tone={behind.tone}>
            {words.state.behind(words.state.words[behind.state])}
          </span>
        )}
      </p>
      <RecState />
    </section>
  );
}

/** In the same corner: that every frame is being recorded, for how long, and whether any was lost. */
function RecState() {
  const all = useWords();
  const words = all.state;
  const state = useConsole(({ snapshot }) => snapshot?.recording.state ?? 'off');
  const durationS = useConsole(({ snapshot }) => Math.floor(snapshot?.recording.durationS ?? 0));
  const lost = useConsole(({ snapshot }) => snapshot?.recording.lost ?? 0);
  const message = useConsole(({ snapshot }) => snapshot?.recording.message ?? null);
  const said = useConsole(({ snapshot }) => snapshot?.recording.said ?? null);
  if (state === 'off') {
    return null;
  }
  return (
    <p className="rec" data-state={state} title={saidText(all, said, message) ?? undefined}>
      <strong>{state === 'failed' ? words.rec.failed : words.rec.running(durationS * 1000)}</strong>
      <span className="rec-lost">{words.rec.lost(lost)}</span>
    </p>
  );
}
