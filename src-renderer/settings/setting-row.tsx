import { useId, useState } from 'react';
import { defaultSettings, type SettingKey, type Settings, settingInfo } from '../../src-shared/index.ts';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords, type Words } from '../words/index.ts';
import { SettingField } from './setting-field.tsx';
import { isChanged, type NumberRange, type Refusal, schemaObjection, shapeOf, textOf } from './setting-shape.ts';

const DEFAULTS = defaultSettings();

/** One setting: what it is, its field, and what is to be known about it: range, default, when it acts, what overrides it. */
export function SettingRow({ name, settings }: { readonly name: SettingKey; readonly settings: Settings }) {
  const words = useWords();
  const client = useClient();
  const id = useId();
  const there = useEngineThere();
  const [refusal, setRefusal] = useState<string | null>(null);
  const changed = isChanged(name, settings, DEFAULTS);

  const save = (patch: Partial<Settings>): void => {
    setRefusal(null);
    client.command('settings.update', { patch }).catch((error: unknown) => setRefusal(refusalText(words, error)));
  };

  return (
    <div className="setting" data-changed={changed}>
      <label htmlFor={id} className="setting-title">
        {words.settings.titleOf(name)}
      </label>
      <div className="setting-field">
        <SettingField
          id={id}
          name={name}
          value={settings[name]}
          disabled={!there}
          describedBy={`${id}-facts`}
          save={save}
          refuse={(why) => setRefusal(why === null ? null : refusalWords(words, why))}
        />
        {settingInfo(name).unit !== undefined && <span className="setting-unit">{settingInfo(name).unit}</span>}
        {changed && (
          <button
            type="button"
            className="setting-reset"
            disabled={!there}
            onClick={() => save({ [name]: DEFAULTS[name] })}
          >
            {words.settings.toDefault}
          </button>
        )}
      </div>
      <p className="setting-facts" id={`${id}-facts`}>
        <SettingFacts name={name} />
      </p>
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
    </div>
  );
}

function SettingFacts({ name }: { readonly name: SettingKey }) {
  const { settings: words } = useWords();
  const override = useConsole((state) => state.snapshot?.settingOverrides[name] ?? null);
  const isWaiting = useConsole((state) => state.snapshot?.awaitingRestart.includes(name) ?? false);
  const shape = shapeOf(name);
  const range = shape.kind === 'number' || shape.kind === 'pair' ? rangeWords(words, shape.range) : null;
  const initial = textOf(name, DEFAULTS[name]);
  const facts = [
    range,
    words.defaultIs(initial === '' ? words.empty : initial),
    settingInfo(name).live ? words.actsNow : words.actsAfterRestart,
  ];
  return (
    <>
      <code>{name}</code>
      <span>{facts.filter((fact) => fact !== null).join(' · ')}</span>
      {override !== null && <strong className="setting-override">{words.overriddenBy[override]}</strong>}
      {isWaiting && <strong className="setting-waiting">{words.waitsForRestart}</strong>}
    </>
  );
}

export function rangeWords(words: Words['settings'], { low, high, isLowOpen, isHighOpen }: NumberRange): string | null {
  if (low === null && high === null) {
    return null;
  }
  if (low === null || high === null) {
    return low === null ? words.atMost(high as number) : words.atLeast(low);
  }
  return words.between(low, high, isLowOpen, isHighOpen);
}

/** Why a text cannot be saved, in the operator's language; the schema's own words are the last resort. */
function refusalWords({ settings: words }: Words, refusal: Refusal): string {
  switch (refusal.why) {
    case 'range':
      return words.refusals.range(rangeWords(words, refusal.range) ?? '');
    case 'schema':
      return words.refusals.schema(schemaObjection(refusal.key, refusal.value, words.schemaErrors));
    default:
      return words.refusals[refusal.why];
  }
}
