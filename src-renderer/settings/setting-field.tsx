import { type KeyboardEvent, useState } from 'react';
import type { SettingKey, Settings } from '../../src-shared/index.ts';
import { useWords } from '../words/index.ts';
import { enteredText, type Refusal, shapeOf, textOf } from './setting-shape.ts';

interface SettingFieldProps<K extends SettingKey> {
  readonly id: string;
  readonly name: K;
  readonly value: Settings[K];
  readonly disabled: boolean;
  readonly describedBy: string;
  save(patch: Partial<Settings>): void;
  /** Null: nothing stands in the way any more. */
  refuse(why: Refusal | null): void;
}

/** The field of a setting, by its shape. A switch and a choice act at once; what is typed acts on Enter and on leaving. */
export function SettingField<K extends SettingKey>(props: SettingFieldProps<K>) {
  const { settings: words } = useWords();
  const { id, name, value, disabled, describedBy, save } = props;
  const shape = shapeOf(name);
  switch (shape.kind) {
    case 'switch':
      return (
        <input
          id={id}
          type="checkbox"
          disabled={disabled}
          aria-describedby={describedBy}
          checked={value === true}
          onChange={(event) => save({ [name]: event.target.checked })}
        />
      );
    case 'choice':
      return (
        <select
          id={id}
          disabled={disabled}
          aria-describedby={describedBy}
          value={String(value)}
          onChange={(event) => save({ [name]: event.target.value })}
        >
          {shape.values.map((choice) => (
            <option key={choice} value={choice}>
              {words.choices[choice] ?? choice}
            </option>
          ))}
        </select>
      );
    default:
      return <TypedField {...props} />;
  }
}

function TypedField<K extends SettingKey>({
  id,
  name,
  value,
  disabled,
  describedBy,
  save,
  refuse,
}: SettingFieldProps<K>) {
  const { settings: words } = useWords();
  /** Null: what is in force is shown. */
  const [draft, setDraft] = useState<string | null>(null);
  const shape = shapeOf(name);
  const inForce = textOf(name, value);

  const drop = (): void => {
    setDraft(null);
    refuse(null);
  };
  const enter = (): void => {
    if (draft === null || draft.trim() === inForce) {
      drop();
      return;
    }
    const entered = enteredText(name, draft);
    if ('refusal' in entered) {
      refuse(entered.refusal);
      return;
    }
    drop();
    save(entered.patch);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      enter();
    } else if (event.key === 'Escape') {
      drop();
    }
  };

  const isNumber = shape.kind === 'number' || shape.kind === 'pair';
  return (
    <input
      id={id}
      type="text"
      inputMode={isNumber ? 'decimal' : 'text'}
      className={isNumber ? 'setting-number' : undefined}
      disabled={disabled}
      aria-describedby={describedBy}
      placeholder={words.empty}
      spellCheck={false}
      autoComplete="off"
      value={draft ?? inForce}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={enter}
      onKeyDown={onKeyDown}
    />
  );
}
