/** OpenIGTLink as a library: framing, CRC, messages, client and server. Knows nothing of the application. */

export {
  type ClientState,
  IgtlClient,
  type IgtlClientCounters,
  type IgtlClientEvents,
  type IgtlClientOptions,
} from './client.ts';
export { monotonicMs } from './clock.ts';
export { type Crc, crc64, crc64Of, crcValue } from './crc64.ts';
export { BadEndpoint, type Endpoint, isLinkLocal, isLoopback, parseEndpoint } from './endpoint.ts';
export { MalformedMessage } from './errors.ts';
export {
  type FramerCounters,
  type FramerEvents,
  type FramerOptions,
  type FramerProblem,
  MessageFramer,
} from './framer.ts';
export { HEADER_BYTES, type MessageHeader } from './header.ts';
export { LinkGivenUp, saidOfSocket } from './link-cause.ts';
export { type OutgoingMessage, packMessage, type ReceivedMessage } from './message.ts';
export * from './messages/bind.ts';
export * from './messages/capability.ts';
export { buildClientInfo, type ClientInfo, parseClientInfo } from './messages/client-info.ts';
export * from './messages/command.ts';
export * from './messages/decode.ts';
export * from './messages/image.ts';
export * from './messages/image-lists.ts';
export * from './messages/point.ts';
export * from './messages/polydata.ts';
export * from './messages/position.ts';
export * from './messages/reply.ts';
export * from './messages/status.ts';
export { buildString, parseString, type StringContent } from './messages/text.ts';
export * from './messages/tracked-frame.ts';
export * from './messages/tracking-data.ts';
export { buildTransform, parseTransform, TRANSFORM_BYTES } from './messages/transform.ts';
export { packableMetadata } from './metadata.ts';
export { type QueuePolicy, SendQueue, type SendQueueOptions } from './send-queue.ts';
export {
  IgtlServer,
  type IgtlServerEvents,
  type IgtlServerOptions,
  type ServerClient,
  type ServerProblem,
} from './server.ts';
export { timestampBitsFromNs, timestampBitsToNs, timestampBitsToSeconds } from './time-stamp.ts';
