import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { CONTENT_SECURITY_POLICY } from '../gateway/index.ts';
import { CONSOLE_SCHEME, isConsoleUrl } from './console-address.ts';
import { fileOf, mimeTypeOf } from './console-files.ts';

/** As for browsers, but this page has its port to the engine and connects to nothing. */
const DESKTOP_POLICY = CONTENT_SECURITY_POLICY.replace("connect-src 'self'", "connect-src 'none'");

const HEADERS = {
  'content-security-policy': DESKTOP_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** Makes `app:` an origin of its own with the rights of https. Only before the app is ready. */
export function registerConsoleScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: CONSOLE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built console, and nothing outside `rendererDir`, at `app://console/`. */
export function serveConsole(rendererDir: string): void {
  protocol.handle(CONSOLE_SCHEME, (request) => answer(request, rendererDir));
}

async function answer(request: Request, rendererDir: string): Promise<Response> {
  if (request.method !== 'GET') {
    return refusal(405, `${request.method} is not served`);
  }
  const file = isConsoleUrl(request.url) ? fileOf(new URL(request.url).pathname, rendererDir) : null;
  const type = file === null ? null : mimeTypeOf(file);
  if (file === null || type === null) {
    return refusal(404, 'not part of the console');
  }
  try {
    return new Response(await readFile(file), { headers: { ...HEADERS, 'content-type': type } });
  } catch {
    return refusal(404, 'not part of the console');
  }
}

function refusal(status: number, words: string): Response {
  return new Response(words, { status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } });
}
