import { buildString, parseString } from './text.ts';

/**
 * PlusServer's subscription (CLIENTINFO): shaped like STRING, with XML inside. It replaces all of the client's earlier
 * settings and, without ClientHeaderVersion, its header version too (openigtlink.md section 3).
 */
export interface ClientInfo {
  /** Types to be sent, in this order within each frame: IMAGE, TRANSFORM, TRACKEDFRAME, … */
  readonly messageTypes: readonly string[];
  /** E.g. `ProbeToReference`. */
  readonly transformNames: readonly string[];
  readonly imageNames: readonly { readonly name: string; readonly embeddedTransformToFrame: string }[];
  readonly stringNames: readonly string[];
  readonly clientHeaderVersion: 1 | 2;
  readonly trackingDataRequested?: boolean;
  /** 0 = as fast as possible. */
  readonly trackingDataResolutionMs?: number;
}

export function buildClientInfo(info: ClientInfo): Uint8Array {
  const named = (list: string, item: string, attributes: readonly string[]) =>
    `<${list}>${attributes.map((text) => `<${item} ${text} />`).join('')}</${list}>`;
  const names = (list: string, item: string, values: readonly string[]) =>
    named(
      list,
      item,
      values.map((value) => attribute('Name', value)),
    );
  const text = [
    `<ClientInfo ${attribute('ClientHeaderVersion', String(info.clientHeaderVersion))}`,
    ` ${attribute('TDATARequested', info.trackingDataRequested === true ? 'TRUE' : 'FALSE')}`,
    ` ${attribute('TDATAResolution', String(info.trackingDataResolutionMs ?? 0))}>`,
    named(
      'MessageTypes',
      'Message',
      info.messageTypes.map((type) => attribute('Type', type)),
    ),
    names('TransformNames', 'Transform', info.transformNames),
    names('StringNames', 'String', info.stringNames),
    named(
      'ImageNames',
      'Image',
      info.imageNames.map(
        (image) =>
          `${attribute('Name', image.name)} ${attribute('EmbeddedTransformToFrame', image.embeddedTransformToFrame)}`,
      ),
    ),
    '</ClientInfo>',
  ].join('');
  return buildString({ text });
}

/** @throws {MalformedMessage} when the STRING around the XML is malformed. What the XML does not say is empty. */
export function parseClientInfo(content: Uint8Array): ClientInfo {
  const { text } = parseString(content, 'CLIENTINFO');
  const root = elements(text, 'ClientInfo')[0] ?? new Map<string, string>();
  const names = (item: string) => elements(text, item).flatMap((found) => found.get('Name') ?? []);
  return {
    messageTypes: elements(text, 'Message').flatMap((found) => found.get('Type') ?? []),
    transformNames: names('Transform'),
    imageNames: elements(text, 'Image').map((found) => ({
      name: found.get('Name') ?? '',
      embeddedTransformToFrame: found.get('EmbeddedTransformToFrame') ?? '',
    })),
    stringNames: names('String'),
    clientHeaderVersion: root.get('ClientHeaderVersion') === '2' ? 2 : 1,
    trackingDataRequested: root.get('TDATARequested')?.toUpperCase() === 'TRUE',
    trackingDataResolutionMs: Number(root.get('TDATAResolution') ?? 0) || 0,
  };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Attributes of every element `name`, in the order of the text. Enough XML for the flat, attribute-only documents of
 * PlusServer; no DTD, so nothing can expand. The caller bounds the text: STRING by its u16 length, TRACKEDFRAME itself.
 */
export function elements(xml: string, name: string): readonly ReadonlyMap<string, string>[] {
  const found: ReadonlyMap<string, string>[] = [];
  const tag = new RegExp(`<${name}((?:\\s+[\\w:.-]+\\s*=\\s*(?:"[^"]*"|'[^']*'))*)\\s*/?>`, 'g');
  for (const [, attributes] of xml.matchAll(tag)) {
    const pairs = [...(attributes ?? '').matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
    found.push(new Map(pairs.map(([, key, double, single]) => [key!, unescaped(double ?? single ?? '')])));
  }
  return found;
}

function attribute(name: string, value: string): string {
  const escaped = value.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? '&quot;');
  return `${name}="${escaped}"`;
}

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => ENTITIES[entity]!);
}
