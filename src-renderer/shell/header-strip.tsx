import { useConsole, useEngineThere } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { StateCorner } from './state-corner.tsx';
import { ViewTabs } from './view-tabs.tsx';

/** Top strip, the same in every view: the state corner, the views, who computes, and what this is not for. */
export function HeaderStrip() {
  const { shell } = useWords();
  return (
    <header className="header">
      <StateCorner />
      <ViewTabs />
      <AiBadge />
      <p className="research">
        <strong>{shell.researchUseOnly}</strong>
        <span>{shell.notForDiagnosis}</span>
      </p>
    </header>
  );
}

function AiBadge() {
  const { shell } = useWords();
  const there = useEngineThere();
  const inference = useConsole((state) => state.snapshot?.inference ?? null);
  if (inference === null) {
    return <div className="ai" />;
  }
  const tone = inference.link === 'ready' ? 'good' : inference.link === 'failed' ? 'bad' : 'plain';
  return (
    <div className="ai" data-faded={!there} title={inference.message ?? undefined}>
      <div className="address-line">
        <span className="caption">{shell.ai.title}</span>
        <span className="ai-state" data-tone={tone} role="status">
          {shell.ai.links[inference.link]}
        </span>
        {inference.restarts > 0 && <span className="ai-restarts">{shell.ai.restarts(inference.restarts)}</span>}
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
