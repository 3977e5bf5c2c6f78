import { useId } from 'react';
import type { Settings } from '../../src-shared/index.ts';
import { useClient, useConsole } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';

/** How the console looks and speaks; every choice acts at once and is kept. */
export function SettingsView() {
  const client = useClient();
  const { settings: words } = useWords();
  const settings = useConsole((state) => state.snapshot?.settings ?? null);
  const largeType = useId();
  if (settings === null) {
    return null;
  }
  return (
    <div className="view-page">
      <h1>{words.display}</h1>
      <div className="choices">
        <Choice setting="view.language" title={words.language} values={words.languages} />
        <Choice setting="view.theme" title={words.theme} values={words.themes} />
        <label htmlFor={largeType}>{words.largeType}</label>
        <input
          id={largeType}
          type="checkbox"
          checked={settings['view.largeType']}
          onChange={(event) => client.changeSettings({ 'view.largeType': event.target.checked })}
        />
      </div>
    </div>
  );
}

interface ChoiceProps<K extends 'view.language' | 'view.theme'> {
  readonly setting: K;
  readonly title: string;
  readonly values: Readonly<Record<Settings[K], string>>;
}

function Choice<K extends 'view.language' | 'view.theme'>({ setting, title, values }: ChoiceProps<K>) {
  const client = useClient();
  const id = useId();
  const value = useConsole((state) => state.snapshot?.settings[setting]);
  return (
    <>
      <label htmlFor={id}>{title}</label>
      <select id={id} value={value} onChange={(event) => client.changeSettings({ [setting]: event.target.value })}>
        {Object.entries<string>(values).map(([name, word]) => (
          <option key={name} value={name}>
            {word}
          </option>
        ))}
      </select>
    </>
  );
}
