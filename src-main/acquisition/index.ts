import { ClipSource } from './clip-source.ts';
import { IgtlSource } from './igtl-source.ts';
import { openPhantomClip } from './phantom-clip.ts';
import { openRecordingClip, openSequenceClip } from './sequence-clip.ts';
import { type FrameSource, parseSourceAddress, type SourceEvents, type SourceOptions } from './source.ts';

export type { Clip } from './clip.ts';
export { IntensityWindow } from './intensity-window.ts';
export { openPhantomClip } from './phantom-clip.ts';
export { scaleOf } from './scale.ts';
export { openRecordingClip, openSequenceClip } from './sequence-clip.ts';
export { Simulator, type SimulatorOptions } from './simulator.ts';
export {
  BadSourceAddress,
  type FrameSource,
  parseSourceAddress,
  type ReplayPosition,
  type SourceAddress,
  type SourceEvents,
  type SourceOptions,
  type SourceState,
} from './source.ts';

/** The source an address names, not yet started. @throws {BadSourceAddress | BadEndpoint} in the operator's words. */
export function createSource(address: string, options: SourceOptions, on: SourceEvents): FrameSource {
  const parsed = parseSourceAddress(address);
  switch (parsed.scheme) {
    case 'igtl':
      return new IgtlSource(address, parsed.host, parsed.port, options, on);
    case 'phantom':
      return new ClipSource(address, 'demo', () => openPhantomClip(parsed.seed), options, on);
    case 'file':
      return new ClipSource(address, 'replay', () => openSequenceClip(parsed.path), options, on);
    case 'recording':
      return new ClipSource(address, 'replay', () => openRecordingClip(parsed.path), options, on);
  }
}
