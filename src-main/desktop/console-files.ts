import path from 'node:path';

/** The kinds of file the built console consists of. Anything else is not served. */
const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Null for what is not served. */
export const mimeTypeOf = (file: string): string | null => MIME_TYPES[path.extname(file)] ?? null;

/** The file a path names, or null when it cannot be one below `root`. */
export function fileOf(pathname: string, root: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.includes('\\')) {
    return null;
  }
  const file = path.resolve(root, `.${name.endsWith('/') ? `${name}index.html` : name}`);
  return file.startsWith(root + path.sep) ? file : null;
}
