import { useState } from 'react';
import type { EngineSnapshot } from '../../src-shared/index.ts';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { saidText, useWords } from '../words/index.ts';
import { Choice } from './choice.tsx';
import { showStep } from './guide-store.ts';
import { LabelMapHint } from './label-map-hint.tsx';
import { igtlAddress } from './source-choice.ts';

/** Where we listen for Slicer when nothing else was ever set. */
const OWN_SERVER = 'igtl-server://127.0.0.1:18945';

type Role = 'server' | 'client';

/** Third question: which of the two, Slicer or this console, waits for the other. */
export function SlicerStep() {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const publisher = useConsole((state) => state.snapshot?.publisher ?? null);
  const isServer = publisher?.address.startsWith('igtl-server:') === true;
  const [role, setRole] = useState<Role>(isServer || publisher === null ? 'server' : 'client');
  const [host, setHost] = useState(isServer ? '' : (publisher?.address ?? ''));
  const [refusal, setRefusal] = useState<string | null>(null);
  const { slicer } = words.guide;

  const connect = (address: string): void => {
    if (address === '') {
      setRefusal(slicer.missing);
      return;
    }
    setRefusal(null);
    client.command('publisher.connect', { address }).catch((error: unknown) => setRefusal(refusalText(words, error)));
  };

  return (
    <div className="guide-step">
      <Choice group="slicer" words={slicer.choices.server} chosen={role === 'server'} choose={() => setRole('server')}>
        {isServer && publisher !== null ? (
          <Enter address={publisher.address} />
        ) : (
          <button type="button" disabled={!there} onClick={() => connect(OWN_SERVER)}>
            {slicer.listen}
          </button>
        )}
      </Choice>
      <Choice group="slicer" words={slicer.choices.client} chosen={role === 'client'} choose={() => setRole('client')}>
        <form
          className="address-row"
          onSubmit={(event) => {
            event.preventDefault();
            connect(igtlAddress(host));
          }}
        >
          <input
            type="text"
            aria-label={slicer.host}
            placeholder={slicer.hostExample}
            value={host}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setHost(event.target.value)}
          />
          <button type="submit" disabled={!there}>
            {words.shell.connect}
          </button>
        </form>
      </Choice>
      <LabelMapHint />
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      {publisher !== null && <SlicerState publisher={publisher} />}
      <PublishPretended />
      <div className="guide-buttons">
        <button type="button" onClick={() => showStep('picture')}>
          {words.guide.back}
        </button>
        <button type="button" data-primary="true" onClick={() => showStep('done')}>
          {slicer.next}
        </button>
      </div>
    </div>
  );
}

/** What to type in Slicer, field by field as OpenIGTLinkIF names them. */
function Enter({ address }: { readonly address: string }) {
  const { slicer } = useWords().guide;
  const [, host = '', port = ''] = /^igtl-server:\/\/(.+):(\d+)$/.exec(address) ?? [];
  return (
    <>
      <p>{slicer.enter}</p>
      <dl className="guide-enter">
        <dt>{slicer.fields.type}</dt>
        <dd>{slicer.fields.client}</dd>
        <dt>{slicer.fields.host}</dt>
        <dd>
          <code>{host}</code>
        </dd>
        <dt>{slicer.fields.port}</dt>
        <dd>
          <code>{port}</code>
        </dd>
      </dl>
      <p className="guide-hint">{slicer.otherMachine}</p>
    </>
  );
}

function SlicerState({ publisher }: { readonly publisher: EngineSnapshot['publisher'] }) {
  const words = useWords();
  const connected = publisher.clients.length > 0;
  return (
    <div
      className="guide-outcome"
      data-outcome={connected ? 'there' : publisher.link === 'failed' ? 'trouble' : 'waiting'}
      role="status"
    >
      <strong>{words.guide.slicer.state(publisher.link, publisher.clients.length)}</strong>
      {publisher.message !== null && <p>{saidText(words, publisher.said, publisher.message)}</p>}
    </div>
  );
}

/** Pictures of no patient go to Slicer only when somebody says so; here is where one would look for it. */
function PublishPretended() {
  const { slicer } = useWords().guide;
  const client = useClient();
  const kind = useConsole((state) => state.snapshot?.source.kind ?? 'live');
  const demo = useConsole((state) => state.snapshot?.settings['publish.demo'] ?? false);
  const replay = useConsole((state) => state.snapshot?.settings['publish.replay'] ?? false);
  if (kind !== 'demo' && kind !== 'replay') {
    return null;
  }
  return (
    <label className="guide-check">
      <input
        type="checkbox"
        checked={kind === 'demo' ? demo : replay}
        onChange={(event) =>
          client.changeSettings(
            kind === 'demo' ? { 'publish.demo': event.target.checked } : { 'publish.replay': event.target.checked },
          )
        }
      />
      <span>{slicer.publish[kind]}</span>
    </label>
  );
}
