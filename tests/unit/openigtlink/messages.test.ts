import { describe, expect, it } from 'vitest';
import {
  buildBind,
  buildClientInfo,
  buildCommand,
  buildImageHeader,
  buildPolyData,
  buildTrackedFrame,
  decodeMessage,
  originOf,
  packMessage,
  parseBind,
  parseClientInfo,
  parseCommand,
  parseImage,
  parsePolyData,
  parseString,
  parseTrackedFrame,
} from '../../../src-main/openigtlink/index.ts';
import { listen, messageOf } from './vectors.ts';

describe('what the vectors do not hold', () => {
  it('a subscription comes back as it was, awkward names included', () => {
    const info = {
      messageTypes: ['IMAGE', 'TRANSFORM', 'TRACKEDFRAME'],
      transformNames: ['ProbeToReference', 'A<B>&"C\'To D'],
      imageNames: [{ name: 'Image', embeddedTransformToFrame: 'Reference' }],
      stringNames: ['Note'],
      clientHeaderVersion: 2 as const,
      trackingDataRequested: true,
      trackingDataResolutionMs: 50,
    };
    expect(parseClientInfo(buildClientInfo(info))).toEqual(info);
    expect(parseString(buildClientInfo(info)).encoding).toBe(3);
  });

  it('the subscription vector is read: names, types and header version', () => {
    const decoded = decodeMessage(messageOf('clientinfo_v2.bin'));
    expect(decoded).toMatchObject({
      kind: 'client-info',
      info: { clientHeaderVersion: 2, imageNames: [{ name: 'Image', embeddedTransformToFrame: 'Reference' }] },
    });
  });

  it('POLYDATA with lines, strips and named attributes of odd length comes back as it was', () => {
    const data = {
      points: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0),
      vertices: [[0], [1]],
      lines: [[0, 1, 2]],
      polygons: [],
      strips: [[0, 1, 2]],
      attributes: [
        { attributeType: 0x00, components: 1, name: 'depth', values: Float32Array.of(1, 2, 3) },
        { attributeType: 0x12, components: 3, name: 'n', values: Float32Array.of(0, 0, 1) },
      ],
    };
    expect(parsePolyData(buildPolyData(data))).toEqual(data);
  });

  it('BIND with contents of odd length comes back as it was', () => {
    const children = [
      { type: 'STRING', name: 'A', content: Uint8Array.of(1, 2, 3) },
      { type: 'TRANSFORM', name: 'Longer', content: Uint8Array.of(4) },
    ];
    expect(parseBind(buildBind(children))).toEqual(children);
  });

  it('a COMMAND in UTF-8 names its encoding', () => {
    const command = { commandId: 9, name: 'Größe', text: '<Command Name="Größe"/>' };
    expect(parseCommand(buildCommand(command))).toEqual({ ...command, encoding: 106 });
  });

  it('a TRACKEDFRAME gives its fields by name and its pixels without a copy', () => {
    const frame = {
      scalarType: 3,
      components: 1,
      imageType: 1,
      size: [2, 2, 1] as const,
      orientation: 5,
      matrix: Float32Array.of(0.1, 0, 0, 1, 0, 0.2, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1),
      xml: '<TrackedFrame><FrameField Name="ProbeToTrackerTransformStatus" Value="OK" /></TrackedFrame>',
      pixels: Uint8Array.of(1, 2, 3, 4),
    };
    const content = buildTrackedFrame(frame);
    const parsed = parseTrackedFrame(content);
    expect(parsed).toMatchObject(frame);
    expect(parsed.fields).toEqual(new Map([['ProbeToTrackerTransformStatus', 'OK']]));
    expect(parsed.pixels.buffer).toBe(content.buffer);
  });

  it('queries and replies of any type are told apart from unknown types', () => {
    const kinds = (['GET_IMAGE', 'STT_POLYDATA', 'STP_QTDATA', 'RTS_QTDATA', 'GET_', 'SENSOR'] as const).map((type) => {
      const { framer, messages } = listen();
      framer.push(packMessage({ type, deviceName: '', timestampBits: 0n, content: [Uint8Array.of(1)] }, 1));
      return decodeMessage(messages[0]!);
    });
    expect(kinds).toEqual([
      { kind: 'query', verb: 'GET', of: 'IMAGE' },
      { kind: 'query', verb: 'STT', of: 'POLYDATA' },
      { kind: 'query', verb: 'STP', of: 'QTDATA' },
      { kind: 'reply', of: 'QTDATA', status: 1 },
      { kind: 'unknown', type: 'GET_' },
      { kind: 'unknown', type: 'SENSOR' },
    ]);
  });

  it("a mask header made from an image's fields has the same geometry bytes", () => {
    const { header, ...fields } = parseImage(messageOf('image_v1_oblique_lps.bin').content);
    const mask = buildImageHeader({ ...fields, components: 1, scalarType: 3 });
    expect([...mask.subarray(5)]).toEqual([...header.subarray(5)]);
    expect(originOf(fields)).toHaveLength(3);
  });
});

describe('packMessage', () => {
  const message = { type: 'STATUS', deviceName: 'D', timestampBits: 1n, content: [] };

  it('cuts a device name of more than 20 bytes at a whole character', () => {
    const { framer, messages } = listen();
    framer.push(packMessage({ ...message, deviceName: `${'x'.repeat(19)}é` }, 1));
    expect(messages[0]!.header.deviceName).toBe('x'.repeat(19));
  });

  it('sends metadata in the order given, ASCII and UTF-8, with version 2 and none with version 1', () => {
    const metadata = new Map([
      ['Zeta', 'größer'],
      ['Alpha', ''],
    ]);
    const { framer, messages } = listen();
    framer.push(packMessage({ ...message, metadata, messageId: 4294967295 }, 2));
    framer.push(packMessage({ ...message, metadata, messageId: 5 }, 1));
    expect([...messages[0]!.metadata]).toEqual([...metadata]);
    expect(messages[0]!.messageId).toBe(4294967295);
    expect(messages[1]).toMatchObject({ messageId: 0, metadata: new Map() });
  });

  it('refuses what could not be received again', () => {
    expect(() => packMessage({ ...message, type: 'TOO_LONG_A_TYPE' }, 1)).toThrow(/message type "TOO_LONG_A_TYPE"/);
    expect(() => packMessage({ ...message, type: 'lower' }, 1)).toThrow(RangeError);
    const metadata = new Map([['k', 'x'.repeat(65_536)]]);
    expect(() => packMessage({ ...message, metadata }, 2)).toThrow(/metadata of 65537 bytes: expected <= 65535/);
  });
});
