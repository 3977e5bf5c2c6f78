import { useCallback, useEffect, useState } from 'react';
import type { RecordingInfo } from '../../src-shared/index.ts';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords } from '../words/index.ts';
import { RecorderPanel } from './recorder-panel.tsx';
import { RecordingRow } from './recording-row.tsx';
import { ReplayPanel } from './replay-panel.tsx';
import './recordings.css';

interface Listing {
  readonly folder: string;
  readonly recordings: readonly RecordingInfo[];
}

/** The recorder, the recordings on the disk, and how one is played. */
export function RecordingsView() {
  const words = useWords();
  const [listing, refusal, refresh] = useListing();
  return (
    <div className="view-page recordings">
      <h1>{words.shell.views.recordings}</h1>
      <RecorderPanel />
      <ReplayPanel />
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      {listing !== null && (
        <>
          <p className="recordings-folder">
            {words.recordings.folder} <code>{listing.folder}</code>
          </p>
          {listing.recordings.length === 0 ? (
            <p>{words.recordings.none}</p>
          ) : (
            <ul className="recordings-list">
              {listing.recordings.map((recording) => (
                <RecordingRow key={recording.name} recording={recording} folder={listing.folder} refresh={refresh} />
              ))}
            </ul>
          )}
        </>
      )}
    </div>
  );
}

/** What is on the disk: read when the view opens, when a recording begins or ends, and after whatever changed it. */
function useListing(): readonly [Listing | null, string | null, () => void] {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const state = useConsole(({ snapshot }) => snapshot?.recording.state ?? 'off');
  const [listing, setListing] = useState<Listing | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const refresh = useCallback(() => {
    client.command('recordings.list', {}).then(
      (found) => {
        setListing(found);
        setFailure(null);
      },
      (error: unknown) => setFailure(error),
    );
  }, [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a recording that begins or ends changes the list
  useEffect(() => {
    if (there) {
      refresh();
    }
  }, [there, state, refresh]);
  return [listing, failure === null ? null : refusalText(words, failure), refresh];
}
