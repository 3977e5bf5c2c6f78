import { useEffect, useRef } from 'react';
import { defaultSettings, type EngineSnapshot } from '../../src-shared/index.ts';
import { showView } from '../shell/shell-store.ts';
import type { ConsoleClient } from '../state/console-client.ts';
import { useClient, useConsole } from '../state/console-context.ts';
import { guideStore } from './guide-store.ts';
import type { SourceChoice } from './source-choice.ts';

const DEFAULT_SOURCE = defaultSettings()['source.address'];

/**
 * Whether nobody has said yet where pictures come from: not by going through the guide or skipping it, not on the
 * command line or in the environment, not in the settings.
 */
export function isFirstRun({
  settings,
  settingOverrides,
}: Pick<EngineSnapshot, 'settings' | 'settingOverrides'>): boolean {
  return (
    !settings['view.guideDone'] &&
    settingOverrides['source.address'] === undefined &&
    settings['source.address'] === DEFAULT_SOURCE
  );
}

/** Opens the guide once, when the engine is first heard; never over what an operator is already doing. */
export function useFirstRun(): void {
  const firstRun = useConsole(({ snapshot, link }) =>
    snapshot === null || link.state !== 'open' ? null : link.role === 'operate' && isFirstRun(snapshot),
  );
  const decided = useRef(false);
  useEffect(() => {
    if (firstRun !== null && !decided.current) {
      decided.current = true;
      if (firstRun) {
        openGuide();
      }
    }
  }, [firstRun]);
}

/** `source`: what is offered first. Whoever starts for the first time most likely has a scanner, and sees the demo already. */
export function openGuide(source: SourceChoice = 'plus'): void {
  showView('live');
  guideStore.set({ open: true, step: 'source', source });
}

/** Gone through or skipped: either way it does not come back by itself. */
export function endGuide(client: ConsoleClient): void {
  guideStore.set({ open: false });
  if (client.getState().snapshot?.settings['view.guideDone'] === false) {
    client.changeSettings({ 'view.guideDone': true });
  }
}

export function useEndGuide(): () => void {
  const client = useClient();
  return () => endGuide(client);
}
