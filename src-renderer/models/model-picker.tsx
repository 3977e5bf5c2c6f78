import { useEffect, useState } from 'react';
import type { ModelCheck, ModelListing } from '../../src-shared/index.ts';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { saidText, useWords } from '../words/index.ts';
import { ModelCard } from './model-card.tsx';
import { ProviderReports } from './provider-reports.tsx';
import './models.css';

/** Every byte of every model is read: as long as it takes, the answer is awaited. */
const CHECK_MS = 3_600_000;

/** The models there are, the one that works, and another one by one press while the picture runs. */
export function ModelPicker() {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const [models, setModels] = useState<readonly ModelListing[]>([]);
  const [checks, setChecks] = useState<readonly ModelCheck[] | 'running' | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const providers = useConsole((state) => state.snapshot?.inference.providers ?? null);
  const order = useConsole((state) => state.snapshot?.settings['model.providers'] ?? null);
  // Why the last choice did not come to work, or was given up: the engine's standing word on it.
  const setback = useConsole(({ snapshot }) => snapshot?.problems.find(({ key }) => key === 'model.choice') ?? null);
  useEffect(() => {
    if (there) {
      client.command('models.list', {}).then(({ models: found }) => setModels(found), setRefusal);
    }
  }, [client, there]);

  const choose = (id: string): void => {
    setRefusal(null);
    client.command('model.choose', { id }).catch(setRefusal);
  };
  const check = (): void => {
    setChecks('running');
    client.command('models.verify', {}, CHECK_MS).then(
      (found) => setChecks(found.checks),
      (error: unknown) => {
        setChecks(null);
        setRefusal(error);
      },
    );
  };

  return (
    <div className="models">
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusalText(words, refusal)}
        </p>
      )}
      {setback !== null && (
        <p className="refusal" role="alert">
          {saidText(words, setback.said, setback.message)}
        </p>
      )}
      <ul className="model-list" aria-label={words.models.title}>
        {models.map((model) => (
          <ModelCard
            key={model.id}
            model={model}
            check={checks === 'running' ? null : (checks?.find(({ id }) => id === model.id) ?? null)}
            choose={choose}
          />
        ))}
      </ul>
      <div className="models-line">
        <button type="button" disabled={!there || checks === 'running'} onClick={check}>
          {checks === 'running' ? words.models.checking : words.models.check}
        </button>
        <span>{words.models.addMore}</span>
      </div>
      <h3>{words.models.providers.title}</h3>
      {order !== null && <p>{words.models.providers.order(order)}</p>}
      {providers !== null && providers.length > 0 && <ProviderReports reports={providers} />}
    </div>
  );
}
