import type { EngineSnapshot } from '../../src-shared/index.ts';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { words } from '../words.ts';
import { AddressForm } from './address-form.tsx';
import { StateCorner } from './state-corner.tsx';

/** Top strip: the state corner, where pictures come from and where masks go, who computes, and what this is not for. */
export function HeaderStrip() {
  return (
    <header className="header">
      <StateCorner />
      <SourceForm />
      <PublisherForm />
      <AiBadge />
      <p className="research">
        <strong>{words.researchUseOnly}</strong>
        <span>{words.notForDiagnosis}</span>
      </p>
    </header>
  );
}

function SourceForm() {
  const client = useClient();
  const source = useConsole((state) => state.snapshot?.source ?? null);
  const facts = source === null ? '' : words.source.facts(source.deviceName, source.size);
  return (
    <AddressForm
      title={words.source.title}
      label={words.source.label}
      placeholder={words.source.placeholder}
      address={source?.address ?? ''}
      active={source !== null && (source.link === 'connected' || source.link === 'connecting')}
      failed={source?.link === 'failed'}
      status={
        source !== null && (
          <>
            {source.message ?? words.source.links[source.link]}
            {source.message === null && facts !== '' && <span className="fact">{facts}</span>}
          </>
        )
      }
      connect={(address) => client.command('source.connect', { address })}
      disconnect={() => client.command('source.disconnect', {})}
    />
  );
}

function publisherStatus(snapshot: EngineSnapshot): string {
  const { publisher, source } = snapshot;
  if (publisher.message !== null) {
    return publisher.message;
  }
  if (!publisher.enabled) {
    return words.publisher.notPublished(source.kind === 'live' ? null : source.kind);
  }
  return words.publisher.links[publisher.link];
}

function PublisherForm() {
  const client = useClient();
  const snapshot = useConsole((state) => state.snapshot);
  const publisher = snapshot?.publisher ?? null;
  const clients = publisher?.clients.length ?? 0;
  return (
    <AddressForm
      title={words.publisher.title}
      label={words.publisher.label}
      placeholder={words.publisher.placeholder}
      address={publisher?.address ?? ''}
      active={publisher !== null && publisher.link !== 'disconnected' && publisher.link !== 'failed'}
      failed={publisher?.link === 'failed'}
      status={
        snapshot !== null && (
          <>
            {publisherStatus(snapshot)}
            {snapshot.publisher.message === null && snapshot.publisher.enabled && (
              <span className="fact">{words.publisher.facts(snapshot.publisher.device, clients)}</span>
            )}
          </>
        )
      }
      connect={(address) => client.command('publisher.connect', { address })}
      disconnect={() => client.command('publisher.disconnect', {})}
    />
  );
}

function AiBadge() {
  const there = useEngineThere();
  const inference = useConsole((state) => state.snapshot?.inference ?? null);
  if (inference === null) {
    return <div className="ai" />;
  }
  const tone = inference.link === 'ready' ? 'good' : inference.link === 'failed' ? 'bad' : 'plain';
  return (
    <div className="ai" data-faded={!there} title={inference.message ?? undefined}>
      <div className="address-line">
        <span className="caption">{words.ai.title}</span>
        <span className="ai-state" data-tone={tone} role="status">
          {words.ai.links[inference.link]}
        </span>
        {inference.restarts > 0 && <span className="ai-restarts">{words.ai.restarts(inference.restarts)}</span>}
      </div>
      <p className="ai-model">
        {inference.modelId}
        {inference.provider !== null && (
          <>
            {' '}
            <span className="dot">·</span> {inference.provider.toUpperCase()}
          </>
        )}
      </p>
    </div>
  );
}
