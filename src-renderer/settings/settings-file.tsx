import { type ChangeEvent, useRef, useState } from 'react';
import { z } from 'zod';
import {
  defaultSettings,
  SETTING_KEYS,
  type SettingKey,
  type Settings,
  settingInfo,
  settingsPatchSchema,
} from '../../src-shared/index.ts';
import { saveFile } from '../components/save-file.ts';
import { useClient, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords } from '../words/index.ts';
import { isChanged, type SchemaWords } from './setting-shape.ts';

/** Larger is no settings file of ours, and is not read. */
const MAX_FILE_BYTES = 1024 * 1024;
const DEFAULTS = defaultSettings();

/** Settings as a file: to another machine, back from there, and everything as it came. */
export function SettingsFile({ settings }: { readonly settings: Settings }) {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const file = useRef<HTMLInputElement>(null);
  const [message, setMessage] = useState<string | null>(null);
  const [isSure, setSure] = useState(false);

  const apply = (patch: Partial<Settings>): void => {
    client.command('settings.update', { patch }).then(
      () => setMessage(words.settings.file.applied(Object.keys(patch).length)),
      (error: unknown) => setMessage(refusalText(words, error)),
    );
  };
  const take = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const chosen = event.target.files?.[0];
    event.target.value = '';
    if (chosen === undefined) {
      return;
    }
    const patch = chosen.size > MAX_FILE_BYTES ? null : parsed(await chosen.text(), words.settings.schemaErrors);
    if (patch === null) {
      setMessage(words.settings.file.notOurs(chosen.name));
    } else if ('refusal' in patch) {
      setMessage(words.settings.file.refused(patch.refusal));
    } else {
      apply(patch.settings);
    }
  };
  const reset = (): void => {
    setSure(false);
    apply(changesToDefaults(settings));
  };

  return (
    <div className="settings-file">
      <button type="button" onClick={() => save(settings)}>
        {words.settings.file.export}
      </button>
      <button type="button" disabled={!there} onClick={() => file.current?.click()}>
        {words.settings.file.import}
      </button>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label={words.settings.file.import}
        onChange={(event) => void take(event)}
      />
      {isSure ? (
        <>
          <button type="button" data-danger="true" onClick={reset}>
            {words.settings.file.resetSure}
          </button>
          <button type="button" onClick={() => setSure(false)}>
            {words.settings.file.resetNot}
          </button>
        </>
      ) : (
        <button type="button" disabled={!there} onClick={() => setSure(true)}>
          {words.settings.file.reset}
        </button>
      )}
      {message !== null && <p role="status">{message}</p>}
    </div>
  );
}

/**
 * Only what differs from the defaults: a file that says everything would freeze the defaults of its version. Secrets come
 * masked from the engine, which leaves them as they are when they go back masked; a file of ours holds none.
 */
function changedSettings(settings: Settings): Partial<Settings> {
  const keys = SETTING_KEYS.filter((key) => isChanged(key, settings, DEFAULTS));
  return Object.fromEntries(keys.map((key) => [key, settings[key]]));
}

function changesToDefaults(settings: Settings): Partial<Settings> {
  return Object.fromEntries(
    Object.keys(changedSettings(settings)).map((key) => [key, DEFAULTS[key as keyof Settings]]),
  );
}

function save(settings: Settings): void {
  const exported = Object.entries(changedSettings(settings)).filter(
    ([key]) => settingInfo(key as SettingKey).secret !== true,
  );
  const text = `${JSON.stringify({ settings: Object.fromEntries(exported) }, null, 2)}\n`;
  saveFile('ultramotion-settings.json', new Blob([text], { type: 'application/json' }));
}

/** Null: no settings file at all. A refusal names the setting, its value's fault and the limit. */
function parsed(
  text: string,
  errors: SchemaWords,
): { readonly settings: Partial<Settings> } | { readonly refusal: string } | null {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  const settings = z.object({ settings: z.unknown() }).safeParse(content);
  if (!settings.success) {
    return null;
  }
  const patch = settingsPatchSchema.safeParse(settings.data.settings, { error: errors });
  return patch.success ? { settings: patch.data } : { refusal: z.prettifyError(patch.error) };
}
