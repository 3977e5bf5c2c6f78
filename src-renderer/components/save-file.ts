/** A browser reads the content when it gets round to it; taken away at once, a busy one saves nothing and says nothing. */
const READ_WITHIN_MS = 60_000;

/** Has the browser save `content` as a file called `name`. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READ_WITHIN_MS);
}
