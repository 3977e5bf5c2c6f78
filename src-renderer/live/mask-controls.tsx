import { useEffect, useRef, useState } from 'react';
import { Key } from '../actions/index.ts';
import { useClient, useConsole } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords } from '../words/index.ts';

/** A slider being dragged speaks many times a second; the setting is saved once it rests. */
const SAVE_AFTER_MS = 400;

/** Mask on and off (key M) and how much it covers. Opacity is a setting and is kept; on and off is not. */
export function MaskControls() {
  const client = useClient();
  const words = useWords();
  const style = useConsole((state) => state.style);
  const [refusal, setRefusal] = useState<string | null>(null);
  const saving = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(saving.current), []);

  const save = async (opacity: number): Promise<void> => {
    try {
      await client.command('settings.update', { patch: { 'view.maskOpacity': opacity } });
      setRefusal(null);
    } catch (error) {
      setRefusal(refusalText(words, error));
    }
  };
  const change = (opacity: number): void => {
    client.setMaskStyle({ ...style, opacity });
    clearTimeout(saving.current);
    saving.current = setTimeout(() => void save(opacity), SAVE_AFTER_MS);
  };

  return (
    <section className="panel mask" aria-label={words.live.mask.title}>
      <button
        type="button"
        className="mask-toggle"
        aria-pressed={style.visible}
        aria-keyshortcuts="m"
        onClick={() => client.setMaskStyle({ ...style, visible: !style.visible })}
      >
        <span className="swatch" data-on={style.visible} aria-hidden="true" />
        {style.visible ? words.live.mask.hide : words.live.mask.show}
        <Key name="m" />
      </button>
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        aria-label={words.live.mask.opacity}
        aria-valuetext={words.live.mask.percent(style.opacity)}
        value={style.opacity}
        onChange={(event) => change(event.target.valueAsNumber)}
      />
      <output className="figure">{words.live.mask.percent(style.opacity)}</output>
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
    </section>
  );
}
