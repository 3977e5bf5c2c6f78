import type { EngineSnapshot } from '../../src-shared/index.ts';
import { useClient, useConsole } from '../state/console-context.ts';
import { saidText, useWords, type Words } from '../words/index.ts';
import { AddressForm } from './address-form.tsx';

/** Where pictures come from. */
export function SourceForm() {
  const words = useWords();
  const client = useClient();
  const source = useConsole((state) => state.snapshot?.source ?? null);
  const facts = source === null ? '' : words.shell.source.facts(source.deviceName, source.size);
  return (
    <AddressForm
      title={words.shell.source.title}
      label={words.shell.source.label}
      placeholder={words.shell.source.placeholder}
      address={source?.address ?? ''}
      active={source !== null && (source.link === 'connected' || source.link === 'connecting')}
      failed={source?.link === 'failed'}
      status={
        source !== null && (
          <>
            {saidText(words, source.said, source.message) ?? words.shell.source.links[source.link]}
            {source.message === null && facts !== '' && <span className="fact">{facts}</span>}
          </>
        )
      }
      connect={(address) => client.command('source.connect', { address })}
      disconnect={() => client.command('source.disconnect', {})}
    />
  );
}

function publisherStatus(words: Words, snapshot: EngineSnapshot): string {
  const { publisher, source } = snapshot;
  if (publisher.message !== null) {
    return saidText(words, publisher.said, publisher.message);
  }
  if (!publisher.enabled) {
    return words.shell.publisher.notPublished(source.kind === 'live' ? null : source.kind);
  }
  return words.shell.publisher.links[publisher.link];
}

/** Where masks go. */
export function PublisherForm() {
  const words = useWords();
  const client = useClient();
  const snapshot = useConsole((state) => state.snapshot);
  const publisher = snapshot?.publisher ?? null;
  const clients = publisher?.clients.length ?? 0;
  return (
    <AddressForm
      title={words.shell.publisher.title}
      label={words.shell.publisher.label}
      placeholder={words.shell.publisher.placeholder}
      address={publisher?.address ?? ''}
      active={publisher !== null && publisher.link !== 'disconnected' && publisher.link !== 'failed'}
      failed={publisher?.link === 'failed'}
      status={
        snapshot !== null && (
          <>
            {publisherStatus(words, snapshot)}
            {snapshot.publisher.message === null && snapshot.publisher.enabled && (
              <span className="fact">{words.shell.publisher.facts(snapshot.publisher.device, clients)}</span>
            )}
          </>
        )
      }
      connect={(address) => client.command('publisher.connect', { address })}
      disconnect={() => client.command('publisher.disconnect', {})}
    />
  );
}
