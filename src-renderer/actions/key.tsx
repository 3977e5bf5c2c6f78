import { useWords } from '../words/index.ts';

/** A key as it is printed on a keyboard. Screen readers are told by the button (`aria-keyshortcuts`), or by the list. */
export function Key({ name }: { readonly name: string }) {
  const { shell } = useWords();
  return <kbd>{shell.keyNames[name] ?? name.toUpperCase()}</kbd>;
}
