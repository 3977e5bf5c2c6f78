import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords } from '../words/index.ts';

interface AddressFormProps {
  readonly title: string;
  readonly label: string;
  readonly placeholder: string;
  /** The address in force, as the engine says it. */
  readonly address: string;
  /** The engine holds or seeks this connection, so that the button ends it. */
  readonly active: boolean;
  /** Something is wrong with the connection: its line is shown as a fault. */
  readonly failed: boolean;
  readonly status: ReactNode;
  connect(address: string): Promise<unknown>;
  disconnect(): Promise<unknown>;
}

/** An address with its connection: what is set, what it does, and why the last attempt to change it was refused. */
export function AddressForm(props: AddressFormProps) {
  const words = useWords();
  const id = useId();
  const there = useEngineThere();
  const [draft, setDraft] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const edited = draft !== null && draft.trim() !== props.address;
  const disconnects = props.active && !edited;

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const address = (draft ?? props.address).trim();
    if (!disconnects && address === '') {
      setRefusal(words.shell.addressMissing);
      return;
    }
    setBusy(true);
    setRefusal(null);
    try {
      await (disconnects ? props.disconnect() : props.connect(address));
      // Not what was typed while the answer was on its way.
      setDraft((current) => (current === draft ? null : current));
    } catch (error) {
      setRefusal(refusalText(words, error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="address" onSubmit={(event) => void submit(event)} data-faded={!there}>
      <div className="address-line">
        <label htmlFor={id} className="caption">
          {props.title}
        </label>
        <span className="address-status" data-failed={props.failed} role="status">
          {props.status}
        </span>
      </div>
      <div className="address-row">
        <input
          id={id}
          type="text"
          aria-label={props.label}
          aria-invalid={refusal !== null}
          aria-describedby={refusal === null ? undefined : `${id}-refusal`}
          placeholder={props.placeholder}
          value={draft ?? props.address}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              setDraft(null);
              setRefusal(null);
            }
          }}
        />
        <button type="submit" disabled={busy || !there} data-primary={!disconnects}>
          {disconnects ? words.shell.disconnect : words.shell.connect}
        </button>
      </div>
      {refusal !== null && (
        <p className="refusal" id={`${id}-refusal`} role="alert">
          {refusal}
        </p>
      )}
    </form>
  );
}
