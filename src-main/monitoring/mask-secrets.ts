import { SECRET_MASK } from '../../src-shared/index.ts';

const MASK = SECRET_MASK;

/** What gives access to something, by its shape. The first group is kept. */
const SHAPES: readonly RegExp[] = [
  // user:password@ in an address, up to the last @ before the path: passwords may hold @ themselves.
  /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*(?=@)/gi,
  /(\bwhsec_)[A-Za-z0-9+/=_-]+/g,
  /(\bhooks\.slack\.com\/(?:services|workflows|triggers)\/)[^\s"'<>]+/gi,
  /(\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  // A JSON Web Token: three parts, the first beginning with {" in base64.
  /(\beyJ)[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
  /((?:password|passwd|secret|token|api[_-]?key|access[_-]?key)["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
];

/** A shorter secret would mask half of every line, and protects nothing. */
const SHORTEST_KNOWN = 6;

/** `text` without what gives access to something: by its shape, or because it is one of the `known` secrets. */
export function maskSecrets(text: string, known: readonly string[] = []): string {
  let masked = text;
  for (const secret of known) {
    masked = secret.length >= SHORTEST_KNOWN ? masked.replaceAll(secret, MASK) : masked;
  }
  for (const shape of SHAPES) {
    masked = masked.replace(shape, `$1${MASK}`);
  }
  return masked;
}
