import { useMemo } from 'react';
import type { Problem } from '../../src-shared/index.ts';
import { useConsole } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { saidText, useWords } from '../words/index.ts';

const ORDER: readonly Problem['severity'][] = ['critical', 'warning', 'info'];
const NO_PROBLEMS: readonly Problem[] = [];

/** The engine's problems and this console's own, worst first. */
export function useProblems(): readonly Problem[] {
  const words = useWords();
  const { alerts } = words;
  const engine = useConsole((state) => state.snapshot?.problems ?? NO_PROBLEMS);
  const refusedCount = useConsole((state) => state.view?.refused.count ?? 0);
  const refusedLast = useConsole((state) => state.view?.refused.last ?? null);
  const failure = useConsole((state) => state.viewFailure);
  const refusal = useConsole((state) => state.settingRefusal);
  return useMemo(() => {
    const problems = engine.map((problem) => ({ ...problem, message: saidText(words, problem.said, problem.message) }));
    if (failure !== null) {
      problems.push({
        key: 'view-failed',
        severity: 'critical',
        message: alerts.viewFailed(failure),
        said: null,
        count: 1,
      });
    }
    if (refusedLast !== null) {
      const message = alerts.refused(refusedLast);
      problems.push({ key: 'view-refused', severity: 'warning', message, said: null, count: refusedCount });
    }
    if (refusal !== null) {
      const message = words.settings.notChanged(refusalText(words, refusal));
      problems.push({ key: 'setting-refused', severity: 'warning', message, said: null, count: 1 });
    }
    return problems.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  }, [engine, failure, refusedLast, refusedCount, refusal, words, alerts]);
}

/** What is wrong now; a line goes away with its cause. Nothing where nothing is. */
export function Problems() {
  const { alerts } = useWords();
  const problems = useProblems();
  if (problems.length === 0) {
    return null;
  }
  return (
    <section className="panel" aria-label={alerts.title}>
      <ul className="problems" aria-live="polite">
        {problems.map(({ key, severity, message, count }) => (
          <li key={key} data-severity={severity}>
            <strong>{alerts.severity[severity]}</strong>
            <span className="problem-message">{message}</span>
            {count > 1 && <span className="figure">{alerts.times(count)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
