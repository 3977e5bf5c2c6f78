/** Values across the DevTools protocol, which carries JSON: bytes and `undefined` are marked. `page/` has the other half. */

type Json = unknown;

export function toJson(value: unknown): Json {
  if (value === undefined) {
    return { $undefined: true };
  }
  if (value instanceof Uint8Array) {
    return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toJson(part)]));
  }
  return value;
}

export function fromJson(value: Json): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(fromJson);
  }
  if ('$bytes' in value) {
    return new Uint8Array(Buffer.from(value.$bytes as string, 'base64'));
  }
  if ('$undefined' in value) {
    return undefined;
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fromJson(part)]));
}
