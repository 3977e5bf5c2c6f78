/** The window's own scheme and host; the page has no other origin and no address on the network. */
export const CONSOLE_SCHEME = 'app';
export const CONSOLE_HOST = 'console';
export const CONSOLE_URL = `${CONSOLE_SCHEME}://${CONSOLE_HOST}/`;

/** True for addresses of our own pages. By parts: Node gives every scheme it does not know the origin "null". */
export function isConsoleUrl(address: string): boolean {
  if (!URL.canParse(address)) {
    return false;
  }
  const url = new URL(address);
  return url.protocol === `${CONSOLE_SCHEME}:` && url.host === CONSOLE_HOST && url.username === '';
}
