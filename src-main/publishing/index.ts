export { maskDeviceName, maskHeader, maskMessage, STATUS_DEVICE } from './mask-message.ts';
export {
  MaskPublisher,
  type PublisherEvents,
  type PublisherOptions,
  type PublisherState,
} from './mask-publisher.ts';
export { type PublishAddress, parsePublishAddress } from './publish-address.ts';
export { type SurfaceToPublish, surfaceDeviceName, surfaceMessage } from './surface-message.ts';
