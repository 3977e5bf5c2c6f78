export { BadSequence, DEFAULT_LIMITS, type SequenceLimits } from './errors.ts';
export { metaTypeName } from './headers-out.ts';
export { SequenceReader } from './reader.ts';
export { listSegments, type RecordedSegment, segmentFileNames } from './segments.ts';
export { type FrameTransform, transformsOf } from './transforms.ts';
export { frameBytes, SCALAR_BYTES, type SequenceFrame, type SequenceInfo } from './types.ts';
export { SequenceWriter, type SequenceWriterOptions } from './writer.ts';
