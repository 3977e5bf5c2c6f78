import type { Problem } from '../../src-shared/index.ts';
import { useConsole } from '../state/console-context.ts';
import { words } from '../words.ts';

const ORDER: readonly Problem['severity'][] = ['critical', 'warning', 'info'];
const NO_PROBLEMS: readonly Problem[] = [];

/** What is wrong now, worst first; a line goes away with its cause. */
export function Problems() {
  const engine = useConsole((state) => state.snapshot?.problems ?? NO_PROBLEMS);
  const refusedCount = useConsole((state) => state.view?.refused.count ?? 0);
  const refusedLast = useConsole((state) => state.view?.refused.last ?? null);
  const failure = useConsole((state) => state.viewFailure);
  const problems = [...engine];
  if (failure !== null) {
    problems.push({ key: 'view-failed', severity: 'critical', message: words.problems.viewFailed(failure), count: 1 });
  }
  if (refusedLast !== null) {
    const message = words.problems.refused(refusedLast);
    problems.push({ key: 'view-refused', severity: 'warning', message, count: refusedCount });
  }
  problems.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  if (problems.length === 0) {
    return null;
  }
  return (
    <section className="panel" aria-label={words.problems.title}>
      <ul className="problems" aria-live="polite">
        {problems.map(({ key, severity, message, count }) => (
          <li key={key} data-severity={severity}>
            <strong>{words.problems.severity[severity]}</strong>
            <span className="problem-message">{message}</span>
            {count > 1 && <span className="figure">{words.problems.times(count)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
