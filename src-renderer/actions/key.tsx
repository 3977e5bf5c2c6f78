import { useWords } from '../words/index.ts';

/** A key as it is printed on a keyboard. */
export function Key({ name }: { readonly name: string }) {
  return <kbd>{useKeyText(name)}</kbd>;
}

/** The same on a button, as a drawing: screen readers are told by `aria-keyshortcuts`, and its text is the button's alone. */
export function KeyMark({ name }: { readonly name: string }) {
  return <kbd data-key={useKeyText(name)} />;
}

function useKeyText(name: string): string {
  const { shell } = useWords();
  return shell.keyNames[name] ?? name.toUpperCase();
}
