import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type BoundMessage,
  buildBind,
  buildCapability,
  buildCommand,
  buildImage,
  buildImageList,
  buildLabels,
  buildPoints,
  buildPolyData,
  buildPosition,
  buildQuaternionTrackingData,
  buildReply,
  buildStartTrackingData,
  buildStatus,
  buildString,
  buildTrackedFrame,
  buildTrackingData,
  buildTransform,
  type DecodedMessage,
  decodeMessage,
  type ImageContent,
  originOf,
  packMessage,
  type ReceivedMessage,
  scalarBytes,
  spacingOf,
} from '../../../src-main/openigtlink/index.ts';
import { bytesOf, isHostile, messageOf, numbers, type Vector, vectors, wellFormed } from './vectors.ts';

/** Builds the content again from what was decoded. */
function rebuilt(decoded: DecodedMessage, message: ReceivedMessage): Uint8Array {
  switch (decoded.kind) {
    case 'image':
      return buildImage(decoded.image);
    case 'transform':
      return buildTransform(decoded.matrix);
    case 'position':
      return buildPosition(decoded.position);
    case 'tracking-data':
      return buildTrackingData(decoded.tools);
    case 'quaternion-tracking-data':
      return buildQuaternionTrackingData(decoded.tools);
    case 'start-tracking-data':
      return buildStartTrackingData(decoded.start);
    case 'tracked-frame':
      return buildTrackedFrame(decoded.frame);
    case 'status':
      return buildStatus(decoded.status);
    case 'string':
      return buildString(decoded.string);
    case 'capability':
      return buildCapability(decoded.types);
    case 'points':
      return buildPoints(decoded.points);
    case 'polydata':
      return buildPolyData(decoded.data);
    case 'labels':
      return buildLabels(decoded.labels);
    case 'image-list':
      return buildImageList(decoded.images);
    case 'bind':
      return buildBind(decoded.children);
    case 'command':
    case 'command-reply':
      return buildCommand(decoded.command);
    case 'reply':
      return buildReply(decoded.status === 0 ? 0 : 1);
    case 'query':
      return new Uint8Array(0);
    // Their builders are free in the layout of the XML, or do not exist.
    case 'client-info':
    case 'unknown':
      return message.content;
  }
}

function checkImage(image: ImageContent, expected: Vector['expect']): void {
  expect(image.size).toEqual(expected.dims);
  expect(image.subSize).toEqual(expected.subDims);
  expect(image.subOffset).toEqual(expected.subOffset);
  expect(image.components).toBe(expected.components);
  expect(image.scalarType).toBe(expected.scalarType);
  expect(image.endian).toBe(expected.endian);
  expect(image.coordinate).toBe(expected.coord);
  expect(image.pixels.byteLength).toBe(expected.pixelBytes);
  expect(createHash('sha1').update(image.pixels).digest('hex')).toBe(expected.pixelSha1);
  expect(image.pixels.byteLength % (image.components * scalarBytes(image.scalarType))).toBe(0);
  const spacing = spacingOf(image);
  close(spacing, expected.spacing);
  close([...image.matrix.subarray(9)], expected.centre);
  for (const [i, axis] of [expected.axisI, expected.axisJ, expected.axisK].entries()) {
    close(
      [...image.matrix.subarray(3 * i, 3 * i + 3)].map((value) => value / spacing[i]!),
      axis,
    );
  }
  // The manifest computes in float32, we in float64: they agree to float32's resolution of the largest term.
  originOf(image).forEach((value, i) => {
    expect(Math.abs(value - expected.voxel000[i])).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value), 10));
  });
}

function close(values: readonly number[], expected: readonly number[]): void {
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5 - Math.floor(Math.log10(Math.max(1, Math.abs(expected[i]!)))));
  });
}

const rows3x4 = (matrix: Float32Array) => [...matrix.subarray(0, 12)];
const float32 = (values: readonly (number | string)[]) => [...Float32Array.from(numbers(values))];

function checkContent(decoded: DecodedMessage, expected: Vector['expect']): unknown {
  switch (decoded.kind) {
    case 'image':
      return checkImage(decoded.image, expected);
    case 'transform':
      expect(rows3x4(decoded.matrix)).toEqual(float32(expected.rows3x4));
      return expect([...decoded.matrix.subarray(12)]).toEqual([0, 0, 0, 1]);
    case 'position':
      expect(decoded.position.position).toEqual(float32(expected.position));
      return close(decoded.position.quaternion, expected.quaternionXYZW);
    case 'tracking-data':
      return expect(
        decoded.tools.map(({ name, toolType, matrix }) => ({ name, type: toolType, rows3x4: rows3x4(matrix) })),
      ).toEqual(expected.elements);
    case 'quaternion-tracking-data':
      return expect(
        decoded.tools.map(({ name, toolType, position, quaternion }) => ({
          name,
          type: toolType,
          position: [...position],
          quaternionXYZW: [...quaternion],
        })),
      ).toEqual(expected.elements);
    case 'start-tracking-data':
      return expect(decoded.start).toEqual(expected);
    case 'tracked-frame':
      expect(decoded.frame).toMatchObject({
        scalarType: expected.scalarType,
        components: expected.components,
        imageType: expected.imageType,
        size: expected.frameSize,
        orientation: expected.orientation,
      });
      expect([...decoded.frame.matrix]).toEqual(expected.matrixRowMajorLittleEndian);
      expect(decoded.frame.fields.size).toBeGreaterThan(0);
      return expect(decoded.frame.pixels.byteLength).toBe(expected.imageBytes);
    case 'status': {
      const { code, subcode, errorName, text } = expected;
      return expect(decoded.status).toEqual({ code, subcode: BigInt(subcode), errorName, text });
    }
    case 'string':
      expect(decoded.string.encoding).toBe(expected.encoding);
      expect(Buffer.byteLength(decoded.string.text)).toBe(expected.length);
      return expect(decoded.string.text).toBe(expected.string ?? decoded.string.text);
    case 'capability':
      return expect(decoded.types).toEqual(expected.types);
    case 'points':
      return expect(decoded.points).toEqual(
        expected.points.map(({ xyz, ...point }: { xyz: number[] }) => ({ ...point, position: float32(xyz) })),
      );
    case 'polydata':
      expect([...decoded.data.points]).toEqual(expected.points);
      expect(decoded.data.polygons).toEqual(expected.polygons);
      for (const kind of ['vertices', 'lines', 'strips', 'attributes'] as const) {
        expect(decoded.data[kind]).toHaveLength(expected[kind]);
      }
      return undefined;
    case 'labels':
      return expect(decoded.labels).toEqual(
        expected.labels.map(({ device, ...label }: { device: string }) => ({ ...label, deviceName: device })),
      );
    case 'image-list':
      return expect(decoded.images).toEqual(
        expected.images.map(({ device, scanTime, ...image }: { device: string; scanTime: number }) => ({
          ...image,
          deviceName: device,
          scanTimeBits: BigInt(scanTime) << 32n,
        })),
      );
    case 'bind':
      return expect(
        decoded.children.map(({ type, name, content }: BoundMessage) => ({ type, name, size: content.byteLength })),
      ).toEqual(expected.children);
    case 'command': {
      const { commandId, name, encoding, content } = expected;
      return expect(decoded.command).toEqual({ commandId, name, encoding, text: content });
    }
    case 'reply':
      return expect(decoded.status).toBe(expected.status);
    case 'client-info':
      expect(decoded.info.clientHeaderVersion).toBe(2);
      return expect(decoded.info.messageTypes).toContain('IMAGE');
    case 'query':
      return expect(expected.body).toBe('empty');
    default:
      return expect(expected.accept).toBe('skip');
  }
}

describe('every well-formed vector', () => {
  for (const vector of wellFormed) {
    it(`${vector.file} decodes as its manifest says`, () => {
      const message = messageOf(vector.file);
      expect(message.header.version).toBe(vector.header.version);
      expect(message.header.type).toBe(vector.header.type);
      expect(message.header.deviceName).toBe(vector.header.device);
      expect(message.header.timestampBits.toString(16).padStart(16, '0')).toBe(vector.header.timestampHex);
      expect(message.header.bodySize).toBe(vector.header.bodySize);
      expect(message.header.crc.toString(16).padStart(16, '0')).toBe(vector.header.crc);
      expect(Object.fromEntries(message.metadata)).toEqual(vector.expect.meta ?? {});
      if (vector.expect.messageId !== undefined) expect(message.messageId).toBe(vector.expect.messageId);
      checkContent(decodeMessage(message), vector.expect);
    });

    it(`${vector.file} is encoded again byte for byte`, () => {
      const message = messageOf(vector.file);
      const content = [rebuilt(decodeMessage(message), message)];
      const packed = packMessage({ ...message.header, ...message, content }, message.header.version);
      // The larger extended header of this one is a receiver's test; nobody writes it.
      const expected = vector.file === 'ok_v2_extheader16.bin' ? 'image_v2_meta.bin' : vector.file;
      expect(packed.equals(bytesOf(expected))).toBe(true);
    });
  }

  it('is covered: the manifest names 46 of them and 9 hostile ones', () => {
    expect(wellFormed).toHaveLength(vectors.length - vectors.filter(isHostile).length);
    expect(vectors.filter(isHostile)).toHaveLength(9);
    expect(vectors).toHaveLength(55);
  });
});
