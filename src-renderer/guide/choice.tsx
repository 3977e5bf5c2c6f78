import { type ReactNode, useId } from 'react';

interface ChoiceProps {
  /** Radio buttons of one group exclude each other. */
  readonly group: string;
  readonly words: { readonly name: string; readonly text: string };
  readonly chosen: boolean;
  choose(): void;
  /** What it needs to know; shown while it is chosen. */
  readonly children?: ReactNode;
}

/** One answer of a question: a radio button with what it means, and its own fields once it is chosen. */
export function Choice({ group, words, chosen, choose, children }: ChoiceProps) {
  const id = useId();
  return (
    <div className="guide-choice" data-chosen={chosen}>
      <input
        id={id}
        type="radio"
        name={`guide-${group}`}
        checked={chosen}
        aria-describedby={`${id}-text`}
        onChange={choose}
      />
      <label htmlFor={id}>{words.name}</label>
      <p id={`${id}-text`}>{words.text}</p>
      {chosen && children !== undefined && <div className="guide-fields">{children}</div>}
    </div>
  );
}
