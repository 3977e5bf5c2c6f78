import { useState } from 'react';
import { EXPORT_FORMATS, type ExportFormat, type RecordingInfo } from '../../src-shared/index.ts';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { saidText, useWords } from '../words/index.ts';

/** Exports and checks read every byte of a recording: as long as they take, the answer is awaited. */
const LONG_MS = 3_600_000;

interface RecordingRowProps {
  readonly recording: RecordingInfo;
  /** The recordings folder, as the engine names it. */
  readonly folder: string;
  refresh(): void;
}

/** One recording: what is in it, whether it is whole, and what can be done with it. */
export function RecordingRow({ recording, folder, refresh }: RecordingRowProps) {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const isRunning = useConsole(({ snapshot }) => {
    const current = snapshot?.recording;
    return current?.name === recording.name && (current.state === 'recording' || current.state === 'stopping');
  });
  const [busy, setBusy] = useState(false);
  const [isSure, setSure] = useState(false);
  const [outcome, setOutcome] = useState<{ readonly text: string; readonly ok: boolean } | null>(null);
  const { recordings } = words;
  const { name } = recording;

  const act = async (work: () => Promise<{ readonly text: string; readonly ok: boolean } | null>): Promise<void> => {
    setBusy(true);
    setOutcome(null);
    try {
      setOutcome(await work());
    } catch (error) {
      setOutcome({ text: refusalText(words, error), ok: false });
    } finally {
      setBusy(false);
      refresh();
    }
  };
  const play = () =>
    act(async () => {
      await client.command('source.connect', { address: pathOf(folder, name) });
      return { text: recordings.playing, ok: true };
    });
  const verify = () =>
    act(async () => {
      const { ok, frames, faults, said } = await client.command('recordings.verify', { name }, LONG_MS);
      return { text: ok ? recordings.whole(frames) : recordings.faults(saidText(words, said, faults.join('; '))), ok };
    });
  const recover = () =>
    act(async () => {
      const { frames, repairs } = await client.command('recordings.recover', { name }, LONG_MS);
      return { text: recordings.recovered(frames, repairs.length), ok: true };
    });
  const exportAs = (format: ExportFormat) =>
    act(async () => {
      const { files } = await client.command('recordings.export', { name, format }, LONG_MS);
      return { text: recordings.exported(files), ok: true };
    });
  const remove = () =>
    act(async () => {
      await client.command('recordings.delete', { name });
      return null;
    });

  const disabled = !there || busy || isRunning;
  return (
    <li className="recording" data-state={isRunning ? 'running' : recording.state}>
      <div className="recording-head">
        <h2>{name}</h2>
        <span className="recording-state">{isRunning ? recordings.running : recordings.states[recording.state]}</span>
      </div>
      <p className="recording-facts figure">{recordings.facts(recording)}</p>
      {recording.message !== null && <p className="refusal">{saidText(words, recording.said, recording.message)}</p>}
      <div className="recorder-line">
        <button type="button" data-primary="true" disabled={disabled} onClick={() => void play()}>
          {recordings.play}
        </button>
        <button type="button" disabled={disabled} onClick={() => void verify()}>
          {recordings.verify}
        </button>
        {recording.state === 'recording' && (
          <button type="button" disabled={disabled} onClick={() => void recover()}>
            {recordings.recover}
          </button>
        )}
        {EXPORT_FORMATS.map((format) => (
          <button key={format} type="button" disabled={disabled} onClick={() => void exportAs(format)}>
            {recordings.exportAs(format)}
          </button>
        ))}
        {busy && (
          <button type="button" onClick={() => void client.command('recordings.cancel', { name }).catch(() => {})}>
            {recordings.cancel}
          </button>
        )}
        {isSure ? (
          <>
            <button type="button" data-danger="true" disabled={disabled} onClick={() => void remove()}>
              {recordings.deleteSure}
            </button>
            <button type="button" onClick={() => setSure(false)}>
              {recordings.deleteNot}
            </button>
          </>
        ) : (
          <button type="button" disabled={disabled} onClick={() => setSure(true)}>
            {recordings.delete}
          </button>
        )}
      </div>
      {busy && <p role="status">{recordings.working}</p>}
      {outcome !== null && (
        <p role="status" className={outcome.ok ? undefined : 'refusal'}>
          {outcome.text}
        </p>
      )}
    </li>
  );
}

/** The engine's machine may be of another kind than this browser's: its folder says which separator it has. */
function pathOf(folder: string, name: string): string {
  const separator = folder.includes('\\') ? '\\' : '/';
  return `${folder}${separator}${name}`;
}
