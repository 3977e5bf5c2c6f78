import { useWords } from '../words/index.ts';

/** A key as it is printed on a keyboard. */
export function Key({ name }: { readonly name: string }) {
  const { shell } = useWords();
  return <kbd>{shell.keyNames[name] ?? name.toUpperCase()}</kbd>;
}
