import type { ReceivedMessage } from '../message.ts';
import { type BoundMessage, parseBind } from './bind.ts';
import { parseCapability } from './capability.ts';
import { type ClientInfo, parseClientInfo } from './client-info.ts';
import { type CommandContent, parseCommand } from './command.ts';
import { type ImageContent, parseImage } from './image.ts';
import { type ImageListElement, type LabelElement, parseImageList, parseLabels } from './image-lists.ts';
import { type PointElement, parsePoints } from './point.ts';
import { type PolyData, parsePolyData } from './polydata.ts';
import { type PositionContent, parsePosition } from './position.ts';
import { parseReply } from './reply.ts';
import { parseStatus, type StatusContent } from './status.ts';
import { parseString, type StringContent } from './text.ts';
import { parseTrackedFrame, type TrackedFrameContent } from './tracked-frame.ts';
import {
  parseQuaternionTrackingData,
  parseStartTrackingData,
  parseTrackingData,
  type StartTrackingData,
  type TrackedTool,
  type TrackedToolPose,
} from './tracking-data.ts';
import { parseTransform } from './transform.ts';

/** A message by what it says. `query` is GET_x, STT_x or STP_x; `reply` is RTS_x. */
export type DecodedMessage =
  | { readonly kind: 'image'; readonly image: ImageContent }
  | { readonly kind: 'transform'; readonly matrix: Float32Array }
  | { readonly kind: 'position'; readonly position: PositionContent }
  | { readonly kind: 'tracking-data'; readonly tools: readonly TrackedTool[] }
  | { readonly kind: 'quaternion-tracking-data'; readonly tools: readonly TrackedToolPose[] }
  | { readonly kind: 'start-tracking-data'; readonly start: StartTrackingData }
  | { readonly kind: 'tracked-frame'; readonly frame: TrackedFrameContent }
  | { readonly kind: 'status'; readonly status: StatusContent }
  | { readonly kind: 'string'; readonly string: StringContent }
  | { readonly kind: 'capability'; readonly types: readonly string[] }
  | { readonly kind: 'points'; readonly points: readonly PointElement[] }
  | { readonly kind: 'polydata'; readonly data: PolyData }
  | { readonly kind: 'labels'; readonly labels: readonly LabelElement[] }
  | { readonly kind: 'image-list'; readonly images: readonly ImageListElement[] }
  | { readonly kind: 'bind'; readonly children: readonly BoundMessage[] }
  | { readonly kind: 'command'; readonly command: Required<CommandContent> }
  | { readonly kind: 'command-reply'; readonly command: Required<CommandContent> }
  | { readonly kind: 'client-info'; readonly info: ClientInfo }
  | { readonly kind: 'query'; readonly verb: 'GET' | 'STT' | 'STP'; readonly of: string }
  | { readonly kind: 'reply'; readonly of: string; readonly status: number }
  | { readonly kind: 'unknown'; readonly type: string };

type Decoder = (content: Uint8Array) => DecodedMessage;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['IMAGE', (content) => ({ kind: 'image', image: parseImage(content) })],
  ['TRANSFORM', (content) => ({ kind: 'transform', matrix: parseTransform(content) })],
  ['POSITION', (content) => ({ kind: 'position', position: parsePosition(content) })],
  ['QTRANS', (content) => ({ kind: 'position', position: parsePosition(content) })],
  ['TDATA', (content) => ({ kind: 'tracking-data', tools: parseTrackingData(content) })],
  ['QTDATA', (content) => ({ kind: 'quaternion-tracking-data', tools: parseQuaternionTrackingData(content) })],
  ['STT_TDATA', (content) => ({ kind: 'start-tracking-data', start: parseStartTrackingData(content) })],
  ['TRACKEDFRAME', (content) => ({ kind: 'tracked-frame', frame: parseTrackedFrame(content) })],
  ['STATUS', (content) => ({ kind: 'status', status: parseStatus(content) })],
  ['STRING', (content) => ({ kind: 'string', string: parseString(content) })],
  ['CAPABILITY', (content) => ({ kind: 'capability', types: parseCapability(content) })],
  ['POINT', (content) => ({ kind: 'points', points: parsePoints(content) })],
  ['POLYDATA', (content) => ({ kind: 'polydata', data: parsePolyData(content) })],
  ['LBMETA', (content) => ({ kind: 'labels', labels: parseLabels(content) })],
  ['IMGMETA', (content) => ({ kind: 'image-list', images: parseImageList(content) })],
  ['BIND', (content) => ({ kind: 'bind', children: parseBind(content) })],
  ['COMMAND', (content) => ({ kind: 'command', command: parseCommand(content) })],
  ['RTS_COMMAND', (content) => ({ kind: 'command-reply', command: parseCommand(content, 'RTS_COMMAND') })],
  ['CLIENTINFO', (content) => ({ kind: 'client-info', info: parseClientInfo(content) })],
]);

/** @throws {MalformedMessage} when the content contradicts its type's layout. */
export function decodeMessage(message: ReceivedMessage): DecodedMessage {
  const { type } = message.header;
  const decoder = DECODERS.get(type);
  if (decoder !== undefined) return decoder(message.content);
  const [verb, of] = [type.slice(0, 3), type.slice(4)];
  if (type[3] === '_' && of !== '') {
    if (verb === 'GET' || verb === 'STT' || verb === 'STP') return { kind: 'query', verb, of };
    if (verb === 'RTS') return { kind: 'reply', of, status: parseReply(message.content, type) };
  }
  return { kind: 'unknown', type };
}
