import { useState } from 'react';
import type { ConnectionTest } from '../../src-shared/index.ts';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { saidText, useWords, type Words } from '../words/index.ts';

interface ConnectionTestProps {
  readonly side: 'source' | 'publisher';
  /** What to test; null: the address in force. */
  readonly address?: string;
}

/** Tries an address without touching what runs, and says what was found. */
export function ConnectionTestButton({ side, address }: ConnectionTestProps) {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const inForce = useConsole((state) => state.snapshot?.[side].address ?? '');
  const [outcome, setOutcome] = useState<{ readonly text: string; readonly ok: boolean } | 'running' | null>(null);

  const test = async (): Promise<void> => {
    setOutcome('running');
    try {
      const found = await client.command(`${side}.test`, { address: address ?? inForce });
      setOutcome({ text: testWords(words, found), ok: found.ok });
    } catch (error) {
      setOutcome({ text: refusalText(words, error), ok: false });
    }
  };

  return (
    <div className="connection-test">
      <button type="button" disabled={!there || outcome === 'running'} onClick={() => void test()}>
        {words.settings.test[side]}
      </button>
      {outcome !== null && (
        <p role="status" data-ok={outcome === 'running' ? undefined : outcome.ok}>
          {outcome === 'running' ? words.settings.test.running : outcome.text}
        </p>
      )}
    </div>
  );
}

export function testWords(words: Words, found: ConnectionTest): string {
  const { settings } = words;
  if (!found.ok) {
    return settings.test.failed(saidText(words, found.said, found.message));
  }
  return found.found === 'frame'
    ? settings.test.frame(found.device, found.size, found.ms)
    : settings.test.found[found.found];
}
