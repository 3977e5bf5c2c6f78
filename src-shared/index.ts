export * from './console-protocol.ts';
export * from './frame.ts';
export * from './frame-codec.ts';
export * from './kpi.ts';
export * from './mask-bits.ts';
export * from './providers.ts';
export * from './queues.ts';
export * from './settings.ts';
