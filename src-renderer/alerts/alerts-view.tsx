import { useWords } from '../words/index.ts';
import { Problems, useProblems } from './problems.tsx';

/** What is wrong now, with room to read it. */
export function AlertsView() {
  const { alerts } = useWords();
  const problems = useProblems();
  return (
    <div className="view-page">
      <h1>{alerts.title}</h1>
      {problems.length === 0 ? <p>{alerts.nothing}</p> : <Problems />}
    </div>
  );
}
