import { useWords } from '../words/index.ts';
import { AiBadge } from './ai-badge.tsx';
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
