import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { SaidError, type Saying, type Settings, say } from '../../src-shared/index.ts';
import type { ProblemBoard } from '../monitoring/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import { DiskRule, minutesUntilFull, type Recorder } from '../recording/index.ts';

export interface RecordingWatchOptions {
  readonly settings: () => Settings;
  readonly problems: ProblemBoard;
}

const WATCH_MS = 250;
/** The alarm goes at half of what raised it, so that it does not flicker. */
const CALM = 0.5;
/** Waiting this long is being behind, however little memory it takes. */
const BEHIND_MS = 1000;
const MIB = 2 ** 20;

/** What threatens a recording: a disk that fills, a disk that is too slow. Said early, while something can be done. */
export class RecordingWatch {
  readonly #options: RecordingWatchOptions;
  #disk = new DiskRule();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RecordingWatchOptions) {
    this.#options = options;
  }

  /** @throws in words when the disk of `folder` would be full too soon. `bytesPerS`: of the source's pictures, null if unknown. */
  async checkRoom(folder: string, bytesPerS: number | null): Promise<void> {
    const { 'recording.refuseMinutes': refuseMinutes, 'recording.masks': masks } = this.#options.settings();
    const freeBytes = await freeBytesOf(folder);
    // A mask slot is as large as a gray picture; larger pixels make it less than this.
    const rate = bytesPerS === null ? null : bytesPerS * (masks ? 2 : 1);
    const minutes = minutesUntilFull(freeBytes, this.#reserveBytes, rate);
    const room = { free: Math.floor(freeBytes / MIB), folder, reserve: this.#reserveBytes / MIB };
    if (freeBytes <= this.#reserveBytes) {
      throw new SaidError(say('recording.no-room', room));
    }
    if (minutes !== null && minutes < refuseMinutes) {
      throw new SaidError(say('recording.too-short', { minutes: figure(minutes), limit: refuseMinutes, ...room }));
    }
  }

  /** Another recording begins: what was said of the one before is over. */
  renew(): void {
    this.#disk = new DiskRule();
    for (const key of ['lost', 'disk', 'behind'] as const) {
      this.#options.problems.clear(`recording.${key}`);
    }
  }

  /** Watches the recorder's backlog from here on. */
  begin(recorder: Recorder): void {
    this.#timer = setInterval(() => this.#judgeBacklog(recorder), WATCH_MS);
  }

  /** The recording is over; frames it lost at the limit are said until the next one, also those since the last look. */
  end(recorder: Recorder): void {
    this.#sayLost(recorder);
    if (this.#timer !== null) {
      clearInterval(this.#timer);
    }
    this.#options.problems.clear('recording.behind');
    this.#options.problems.clear('recording.disk');
  }

  /** Until the reserve is touched at the present rate; null before that is known. */
  get minutesLeft(): number | null {
    return this.#disk.minutesLeft(this.#reserveBytes);
  }

  /** What the recorder found on the disk. Returns why the recording must end now; null: it need not. */
  noteDisk(freeBytes: number, bytesWritten: number): Saying | null {
    const { problems, settings } = this.#options;
    this.#disk.report(monotonicMs(), freeBytes, bytesWritten);
    if (this.#disk.isExhausted(this.#reserveBytes)) {
      const free = Math.floor(freeBytes / MIB);
      return say('recording.reserve', { free, reserve: this.#reserveBytes / MIB });
    }
    const minutes = this.minutesLeft;
    const warnMinutes = settings()['recording.warnMinutes'];
    if (minutes !== null && minutes < warnMinutes) {
      const said = say('recording.disk', { minutes: figure(minutes), limit: warnMinutes });
      problems.stands('recording.disk', 'warning', said, monotonicMs());
    } else {
      problems.clear('recording.disk');
    }
    return null;
  }

  /** ARCHIVE BEHIND long before memory suffers; frames lost at the limit are said until the next recording. */
  #judgeBacklog(recorder: Recorder): void {
    const { backlogBytes, backlogFrames, oldestMs } = recorder.counts;
    const { problems, settings } = this.#options;
    const { 'recording.warnBacklogMb': warnMb, 'recording.maxBacklogMb': maxMb } = settings();
    const load = Math.max(backlogBytes / (warnMb * MIB), oldestMs / BEHIND_MS);
    if (load > 1) {
      const mib = Math.round(backlogBytes / MIB);
      const said = say('recording.behind', { frames: backlogFrames, mib, limit: maxMb });
      problems.stands('recording.behind', 'critical', said, monotonicMs());
    } else if (load < CALM) {
      problems.clear('recording.behind');
    }
    this.#sayLost(recorder);
  }

  /** Frames that a failure kept out are said with the failure: their cause is another. */
  #sayLost(recorder: Recorder): void {
    const { problems, settings } = this.#options;
    const { lostAtLimit } = recorder.counts;
    if (lostAtLimit > 0) {
      const said = say('recording.lost', { frames: lostAtLimit, limit: settings()['recording.maxBacklogMb'] });
      problems.stands('recording.lost', 'critical', said, monotonicMs());
    }
  }

  get #reserveBytes(): number {
    return this.#options.settings()['recording.reserveMb'] * MIB;
  }
}

/** Of the folder, or of the nearest one above it that exists. */
async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const parent = path.dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) {
      throw error;
    }
    return freeBytesOf(parent);
  }
}

/** Minutes, as exact as they matter. */
const figure = (minutes: number): string => (minutes < 10 ? minutes.toFixed(1) : `${Math.floor(minutes)}`);
