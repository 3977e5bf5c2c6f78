import { useState } from 'react';
import type { CommandResults } from '../../src-shared/index.ts';
import { useClient, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords } from '../words/index.ts';

/** Days of logs are packed: as long as it takes, the answer is awaited. */
const PACK_MS = 600_000;

/** One file for support: packed where the engine runs, and fetched from there by a browser. */
export function LogBundle() {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const [made, setMade] = useState<CommandResults['logs.bundle'] | 'running' | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const { bundle } = words.alerts;

  const make = (): void => {
    setMade('running');
    setRefusal(null);
    client.command('logs.bundle', {}, PACK_MS).then(setMade, (error: unknown) => {
      setMade(null);
      setRefusal(error);
    });
  };

  return (
    <div className="log-bundle">
      <button type="button" disabled={!there || made === 'running'} onClick={make}>
        {made === 'running' ? bundle.making : bundle.make}
      </button>
      <div role="status">
        {made === null && refusal === null && <p>{bundle.explained}</p>}
        {made !== null && made !== 'running' && (
          <p>
            {bundle.made(made.bytes / 1e6, made.file)}{' '}
            {/* The desktop app's window has no server behind it; there the file lies on this machine anyway. */}
            {window.consoleApi === undefined && (
              <a href={`/api/logs/bundles/${encodeURIComponent(made.name)}`} download={made.name}>
                {bundle.fetch}
              </a>
            )}
          </p>
        )}
      </div>
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusalText(words, refusal)}
        </p>
      )}
    </div>
  );
}
