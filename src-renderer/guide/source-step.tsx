import { type FormEvent, useEffect, useId, useState } from 'react';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords } from '../words/index.ts';
import { Choice } from './choice.tsx';
import { guideStore, showStep, useGuide } from './guide-store.ts';
import { choiceOf, igtlAddress, SOURCE_CHOICES } from './source-choice.ts';

const DEMO_ADDRESS = 'phantom';

/** First question: where pictures come from. Its answer becomes the source at once, so that it can be seen. */
export function SourceStep() {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const choice = useGuide((state) => state.source);
  const current = useConsole((state) => state.snapshot?.source.address ?? '');
  const [host, setHost] = useState(choiceOf(current) === 'plus' ? current : '');
  const [recording, setRecording] = useState(choiceOf(current) === 'recording' ? current : '');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const address = { plus: igtlAddress(host), recording: recording.trim(), demo: DEMO_ADDRESS }[choice];
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (choice !== 'demo' && address === '') {
      setRefusal(words.guide.source.missing[choice]);
      return;
    }
    setBusy(true);
    setRefusal(null);
    try {
      await client.command('source.connect', { address });
      showStep('picture');
    } catch (error) {
      setRefusal(refusalText(words, error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="guide-step" onSubmit={(event) => void submit(event)}>
      {SOURCE_CHOICES.map((value) => (
        <Choice
          key={value}
          group="source"
          words={words.guide.source.choices[value]}
          chosen={value === choice}
          choose={() => {
            guideStore.set({ source: value });
            setRefusal(null);
          }}
        >
          {value === 'plus' && <HostField host={host} change={setHost} />}
          {value === 'recording' && <RecordingField address={recording} change={setRecording} />}
        </Choice>
      ))}
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      <div className="guide-buttons">
        <button type="submit" data-primary="true" disabled={busy || !there}>
          {words.guide.source.show}
        </button>
      </div>
    </form>
  );
}

function HostField({ host, change }: { readonly host: string; change(host: string): void }) {
  const { guide } = useWords();
  return (
    <input
      type="text"
      aria-label={guide.source.host}
      placeholder={guide.source.hostExample}
      value={host}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => change(event.target.value)}
    />
  );
}

/** One of the recordings of this console, or the path of any other. */
function RecordingField({ address, change }: { readonly address: string; change(address: string): void }) {
  const { guide } = useWords();
  const client = useClient();
  const id = useId();
  const [paths, setPaths] = useState<readonly string[]>([]);
  useEffect(() => {
    // Without the list the path can still be typed.
    client.command('recordings.list', {}).then(
      ({ folder, recordings }) =>
        setPaths(recordings.map(({ name }) => `${folder}${folder.includes('\\') ? '\\' : '/'}${name}`)),
      () => {},
    );
  }, [client]);
  return (
    <>
      <input
        type="text"
        aria-label={guide.source.file}
        placeholder={guide.source.fileExample}
        list={id}
        value={address}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => change(event.target.value)}
      />
      <datalist id={id}>
        {paths.map((path) => (
          <option key={path} value={path} />
        ))}
      </datalist>
    </>
  );
}
