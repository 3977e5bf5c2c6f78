import { useEffect, useId } from 'react';
import { SETTING_KEYS, type SettingKey } from '../../src-shared/index.ts';
import { ActionButton } from '../actions/index.ts';
import { LogBundle } from '../components/log-bundle.tsx';
import { SignedIn } from '../components/signed-in.tsx';
import { ModelPicker } from '../models/index.ts';
import { shellStore } from '../shell/shell-store.ts';
import { useConsole } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { Store, useStore } from '../state/store.ts';
import { useWords, type Words } from '../words/index.ts';
import { ConnectionTestButton } from './connection-test.tsx';
import { SettingRow } from './setting-row.tsx';
import { groupOf } from './setting-shape.ts';
import { SettingsFile } from './settings-file.tsx';
import './settings.css';

/** What was searched for is still there when the operator comes back from a look at the picture. */
const settingsStore = new Store<{ readonly search: string }>({ search: '' });

/** Every setting of the schema, in its groups. */
export function SettingsView() {
  const words = useWords();
  const settings = useConsole((state) => state.snapshot?.settings ?? null);
  const waiting = useConsole((state) => state.snapshot?.awaitingRestart.length ?? 0);
  const refusal = useConsole((state) => state.settingRefusal);
  const search = useStore(settingsStore, (state) => state.search);
  const searchId = useId();
  useWantedPlace(settings !== null);
  if (settings === null) {
    return null;
  }
  const found = SETTING_KEYS.filter((key) => matches(words, key, search));
  const groups = [...new Set(found.map(groupOf))];
  return (
    <div className="view-page settings">
      <div className="settings-head">
        <h1>{words.shell.views.settings}</h1>
        <label htmlFor={searchId}>{words.settings.search}</label>
        <input
          id={searchId}
          type="search"
          value={search}
          onChange={(event) => settingsStore.set({ search: event.target.value })}
        />
        <SettingsFile settings={settings} />
        <ActionButton id="guide.open" showsKey />
        <SignedIn />
      </div>
      {refusal !== null && (
        <p className="refusal" role="alert">
          {words.settings.notChanged(refusalText(words, refusal))}
        </p>
      )}
      {waiting > 0 && <p className="settings-waiting">{words.settings.waiting(waiting)}</p>}
      {found.length === 0 && <p>{words.settings.nothingFound(search)}</p>}
      {groups.map((group) => (
        <section key={group} aria-labelledby={`settings-${group}`}>
          <h2 id={`settings-${group}`} tabIndex={-1}>
            {words.settings.groups[group] ?? group}
          </h2>
          {group === 'model' && <ModelPicker />}
          {found
            .filter((key) => groupOf(key) === group)
            .map((key) => (
              <SettingRow key={key} name={key} settings={settings} />
            ))}
          {group === 'log' && <LogBundle />}
          {group === 'source' && <ConnectionTestButton side="source" />}
          {group === 'publish' && <ConnectionTestButton side="publisher" />}
        </section>
      ))}
    </div>
  );
}

/** Somebody asked for one group of them: it is scrolled to and has the focus, whatever was searched for before. */
function useWantedPlace(isShown: boolean): void {
  const place = useStore(shellStore, (state) => state.place);
  useEffect(() => {
    if (place !== null && isShown) {
      settingsStore.set({ search: '' });
      shellStore.set({ place: null });
      requestAnimationFrame(() => {
        const wanted = document.getElementById(place);
        wanted?.scrollIntoView();
        wanted?.focus({ preventScroll: true });
      });
    }
  }, [place, isShown]);
}

/** Every word of the search stands in the title, the name or the group. */
function matches({ settings }: Words, key: SettingKey, search: string): boolean {
  const text = `${settings.titleOf(key)} ${key} ${settings.groups[groupOf(key)] ?? ''}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
