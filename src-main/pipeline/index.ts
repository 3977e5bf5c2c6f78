export { BoundedQueue, type Received, totalDrops, zeroDrops } from './bounded-queue.ts';
export { monotonicMs } from './clock.ts';
export { FrameLedger, type LedgerCounts } from './frame-ledger.ts';
export {
  DEFAULT_QUEUE_CONFIG,
  initQueues,
  MAX_LAG_MS,
  type OutItem,
  type PipelineQueues,
  type QueueConfig,
} from './pipeline-queues.ts';
export { SlidingHistogram } from './sliding-histogram.ts';
export { keepYoungGenerationSmall, NODE_FLAGS } from './v8-settings.ts';
