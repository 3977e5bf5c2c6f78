import type { ExportFormat, RecordingInfo } from '../../../src-shared/index.ts';
import { numberWriter } from '../numbers.ts';

const write = numberWriter('en-GB');
const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${write.fixed(bytes / 1e6, 1)} MB` : `${write.fixed(bytes / 1e9, 2)} GB`;
const frames = (count: number): string => (count === 1 ? '1 frame' : `${count} frames`);

const states: Record<RecordingInfo['state'], string> = {
  recording: 'cut off, not yet recovered',
  complete: 'complete',
  recovered: 'recovered',
  broken: 'cannot be read',
};

/** Recording, what is on the disk, playing it. */
export const recordings = {
  start: 'Record',
  stop: 'End the recording',
  recorder: 'Recorder',
  label: 'Name after the date',
  labelRule: 'Letters, digits, - and _ only, at most 48, beginning with a letter or digit.',
  progress: (archived: number, waiting: number, lost: number) =>
    `${frames(archived)} written, ${waiting} waiting, ${lost} lost`,
  roomLeft: (minutes: number) =>
    minutes < 120 ? `Room for ${Math.floor(minutes)} min` : `Room for ${Math.floor(minutes / 60)} h`,
  unencrypted: 'Recordings are not encrypted. They hold every frame as it came, with whatever is burnt into it.',
  folder: 'On the disk of the engine, in',
  none: 'No recordings yet.',
  running: 'being recorded',
  states,
  facts: ({
    startedUtc,
    durationS,
    frames: count,
    masks,
    lost,
    missing,
    sourceKind,
    bytes,
    endReason,
  }: RecordingInfo) =>
    [
      startedUtc === null ? null : write.moment(new Date(startedUtc)),
      write.clock(durationS * 1000),
      frames(count),
      `${masks.valid} with a mask result`,
      `${lost} lost`,
      missing === null ? 'not numbered by the source' : `${missing} missing before us`,
      sourceKind,
      gigabytes(bytes),
      endReason,
    ]
      .filter((part) => part !== null)
      .join(' · '),
  play: 'Play',
  playing: 'Playing. See the live view.',
  verify: 'Check',
  whole: (count: number) => `Whole: ${frames(count)}.`,
  faults: (faults: string) => `Not whole: ${faults}`,
  recover: 'Recover',
  recovered: (count: number, repairs: number) =>
    `Recovered: ${frames(count)}, ${repairs === 1 ? '1 repair' : `${repairs} repairs`}.`,
  exportAs: (format: ExportFormat) => `Export .${format}`,
  exported: (files: readonly string[]) => `Written: ${files.join(', ')}`,
  cancel: 'Cancel',
  working: 'Working …',
  delete: 'Delete',
  deleteSure: 'Delete it from the disk',
  deleteNot: 'Keep',
  replay: 'Playing a recording',
  speed: 'Speed',
  times: (speed: number) => `${speed} ×`,
  everyFrame: 'Every frame, however long it takes',
  loop: 'Again from the start at its end',
};

export const recordingActions = {
  'recording.toggle': 'Record, or end the recording',
};
