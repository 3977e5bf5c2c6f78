import type { ModelCheck, ModelListing } from '../../src-shared/index.ts';
import { useConsole, useEngineThere } from '../state/console-context.ts';
import { saidText, useWords } from '../words/index.ts';
import { modelState } from './model-state.ts';

interface ModelCardProps {
  readonly model: ModelListing;
  /** What comparing its files with its manifest gave; null: they were not compared. */
  readonly check: ModelCheck | null;
  choose(id: string): void;
}

/** One model: what it finds, where it comes from, whether it can be used, and whether it is the one that works. */
export function ModelCard({ model, check, choose }: ModelCardProps) {
  const words = useWords();
  const { models } = words;
  const there = useEngineThere();
  const state = useConsole(({ snapshot }) => (snapshot === null ? null : modelState(model.id, snapshot.inference)));
  const isBroken = model.problem !== null || (check !== null && check.problems.length > 0);
  return (
    <li className="model" data-id={model.id} data-state={state ?? (isBroken ? 'broken' : 'idle')}>
      <div className="model-head">
        <strong>{model.title}</strong>
        {state !== null && (
          <span className="model-state" role="status">
            {models.states[state]}
          </span>
        )}
        <button
          type="button"
          aria-label={models.useNamed(model.title)}
          disabled={!there || model.problem !== null || state === 'running' || state === 'loading'}
          onClick={() => choose(model.id)}
        >
          {models.use}
        </button>
      </div>
      <p>
        <code>{model.id}</code> {models.facts(model)}
      </p>
      {model.provenance !== null && <p className="model-provenance">{model.provenance}</p>}
      {model.problem !== null && <p className="refusal">{models.broken(saidText(words, model.said, model.problem))}</p>}
      {check !== null && model.problem === null && (
        <p className={check.problems.length === 0 ? 'model-whole' : 'refusal'} role="status">
          {check.problems.length === 0
            ? models.whole
            : models.broken(saidText(words, check.said, check.problems.join('; ')))}
        </p>
      )}
    </li>
  );
}
