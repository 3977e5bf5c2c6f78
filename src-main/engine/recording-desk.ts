import path from 'node:path';
import {
  inEnglish,
  type KpiSample,
  type RawFrame,
  type RecordingState,
  type RecordingStatus,
  type ResultPacket,
  reasonOf,
  SaidError,
  type Saying,
  type Settings,
  say,
  sayingOf,
  series,
} from '../../src-shared/index.ts';
import type { Log, ProblemBoard } from '../monitoring/index.ts';
import { type BoundedQueue, monotonicMs } from '../pipeline/index.ts';
import {
  beginManifest,
  Catalogue,
  type Manifest,
  Recorder,
  readManifest,
  resumeManifest,
  runRecordingJob,
} from '../recording/index.ts';
import { RecordingWatch } from './recording-watch.ts';

export interface RecordingDeskOptions {
  readonly software: string;
  /** Where recordings go when no setting says otherwise. */
  readonly defaultFolder: string;
  readonly settings: () => Settings;
  readonly queue: BoundedQueue<RawFrame>;
  readonly problems: ProblemBoard;
  readonly log: Log;
  /** For the manifest, and to know what a minute of recording takes. */
  readonly source: () => RecordedSource;
  readonly changed: () => void;
}

export interface RecordedSource {
  readonly address: string;
  readonly kind: string;
  readonly deviceName: string | null;
  /** Of its pictures; null before it is known. */
  readonly bytesPerS: number | null;
}

/** A recording cut off longer ago than this belongs to another session: it is made whole, not gone on with. */
const RESUME_WITHIN_MS = 5 * 60_000;
const MIB = 2 ** 20;

type Archived = Pick<KpiSample, 'archived_total' | 'archive_backlog_frames' | 'archive_backlog_bytes' | 'archive_lost'>;

/** The one place a recording can be made: begins, resumes and ends it, watches the disk, says aloud what goes wrong. */
export class RecordingDesk {
  readonly #options: RecordingDeskOptions;
  #recorder: Recorder | null = null;
  #state: RecordingState = 'off';
  #name: string | null = null;
  /** Why it failed or ended by itself. */
  #why: Saying | string | null = null;
  #startMs = 0;
  #endMs = 0;
  /** Frames of the recording before the crash it was resumed after. */
  #resumedFrames = 0;
  readonly #watch: RecordingWatch;
  #ending: Promise<Manifest> | null = null;
  /** What a crash left is being seen to: nothing is begun before that is done. */
  #starting: Promise<void> = Promise.resolve();
  #isClosing = false;
  /** Of the recording that has ended. */
  #last = { archived: 0, lost: 0 };
  /** Of all that have ended. */
  readonly #past = { archived: 0, lost: 0 };

  constructor(options: RecordingDeskOptions) {
    this.#options = options;
    this.#watch = new RecordingWatch(options);
  }

  /** Makes whole what a crash cut off, goes on with a recording that was being made just now, begins one if that is set. */
  start(): Promise<void> {
    this.#starting = this.#startNow();
    return this.#starting;
  }

  async #startNow(): Promise<void> {
    const catalogue = this.catalogue();
    let newest: string | null = null;
    for (const name of await catalogue.unfinished().catch(() => [])) {
      newest = (await this.#recoverAtStart(catalogue, name)) ? name : newest;
    }
    try {
      if (newest !== null && (await this.#resume(catalogue, newest))) {
        return;
      }
      if (this.#options.settings()['recording.onStart']) {
        await this.#beginNow(null, 'the engine was told to record from its start');
      }
    } catch (error) {
      if (!this.#isClosing) {
        this.#failed(say('recording.unbegun', { why: reasonOf(error) }));
      }
    }
  }

  /** @throws in words when there is one already or the disk has no room. */
  async begin(label: string | null, reason: string): Promise<{ name: string }> {
    await this.#starting;
    return this.#beginNow(label, reason);
  }

  async #beginNow(label: string | null, reason: string): Promise<{ name: string }> {
    if (this.#isClosing) {
      throw new SaidError(say('engine.closing'));
    }
    if (this.#recorder !== null) {
      throw new SaidError(say('recording.in-the-making', { name: String(this.#name) }));
    }
    const catalogue = this.catalogue();
    await this.#watch.checkRoom(catalogue.folder, this.#options.source().bytesPerS);
    const startedMs = Date.now();
    const name = await catalogue.create(startedMs, label);
    const { address, kind, deviceName } = this.#options.source();
    const manifest = beginManifest({
      ...{ name, startedMs, startReason: reason, software: this.#options.software },
      source: { address, kind, deviceName: deviceName ?? '' },
    });
    await this.#record(catalogue, manifest, { startMs: monotonicMs(), lastTimestampS: -1, firstReason: 'start' });
    return { name };
  }

  /** @throws in words when none is being made, or it could not be closed. */
  async end(reason: string): Promise<{ name: string; frames: number; lost: number }> {
    if (this.#recorder === null) {
      throw new SaidError(say('recording.none'));
    }
    const { name, frames, lost } = await this.#endNow(this.#recorder, reason, null);
    return { name, frames, lost };
  }

  frame(frame: RawFrame): void {
    this.#recorder?.frame(frame);
  }

  result(packet: ResultPacket): void {
    this.#recorder?.result(packet);
  }

  /** The source is lost or another: what comes next is another stretch. */
  sourceBroken(): void {
    this.#recorder?.breakSegment('reconnect');
  }

  describe(): RecordingStatus {
    const counts = this.#recorder?.counts;
    const endMs = this.#recorder === null ? this.#endMs : monotonicMs();
    return {
      state: this.#state,
      name: this.#name,
      durationS: this.#name === null ? 0 : (endMs - this.#startMs) / 1000,
      archived: this.#resumedFrames + (counts?.archived ?? this.#last.archived),
      backlogFrames: counts?.backlogFrames ?? 0,
      backlogBytes: counts?.backlogBytes ?? 0,
      lost: counts?.lost ?? this.#last.lost,
      minutesLeft: this.#recorder === null ? null : this.#watch.minutesLeft,
      message: this.#why === null ? null : inEnglish(this.#why),
      said: this.#why === null ? null : sayingOf(this.#why),
      encrypted: false,
    };
  }

  kpi(): Archived {
    const counts = this.#recorder?.counts;
    return {
      archived_total: this.#past.archived + (counts?.archived ?? 0),
      archive_backlog_frames: counts?.backlogFrames ?? 0,
      archive_backlog_bytes: counts?.backlogBytes ?? 0,
      archive_lost: this.#past.lost + (counts?.lost ?? 0),
    };
  }

  /** Whether `name` is being written now: nobody else may touch it. */
  isMaking(name: string): boolean {
    return this.#recorder !== null && this.#name === name;
  }

  /** The recordings folder of the settings in force. */
  catalogue(): Catalogue {
    const folder = this.#options.settings()['recording.folder'];
    return new Catalogue(folder === '' ? this.#options.defaultFolder : folder);
  }

  /** Ends the recording; it is not gone on with by the next engine. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#starting;
    if (this.#recorder !== null) {
      await this.end('the engine was closed').catch((error: unknown) => {
        this.#options.log('error', 'recording.close', { message: wordsOf(error) });
      });
    }
  }

  async #recoverAtStart(catalogue: Catalogue, name: string): Promise<boolean> {
    const { problems, log } = this.#options;
    try {
      const { frames, repairs } = await runRecordingJob({
        job: 'recover',
        folder: await catalogue.folderOf(name),
      });
      log('warn', 'recording.recovered', { name, frames, repairs: repairs.join('; ') });
      problems.happened('recording.recovered', 'info', say('recording.recovered', { name, frames }), monotonicMs());
      return true;
    } catch (error) {
      log('error', 'recording.recover', { name, message: wordsOf(error) });
      const said = say('recording.unrecovered', { name, why: reasonOf(error) });
      problems.stands('recording.recover', 'warning', said, monotonicMs());
      return false;
    }
  }

  /** False when it was cut off too long ago. */
  async #resume(catalogue: Catalogue, name: string): Promise<boolean> {
    const folder = await catalogue.folderOf(name);
    const recovered = await readManifest(folder);
    const cutOffMs = Date.parse(recovered.endedUtc ?? '');
    if (this.#isClosing || !(Date.now() - cutOffMs <= RESUME_WITHIN_MS)) {
      return false;
    }
    await this.#watch.checkRoom(catalogue.folder, this.#options.source().bytesPerS);
    const sinceStartMs = Math.max(Date.now() - Date.parse(recovered.startedUtc), recovered.durationS * 1000);
    this.#options.log('warn', 'recording.resumed', { name, frames: recovered.frames });
    await this.#record(catalogue, resumeManifest(recovered, this.#options.software), {
      startMs: monotonicMs() - sinceStartMs,
      lastTimestampS: recovered.durationS,
      firstReason: 'resumed',
    });
    return true;
  }

  async #record(
    catalogue: Catalogue,
    manifest: Manifest,
    clock: { readonly startMs: number; readonly lastTimestampS: number; readonly firstReason: string },
  ): Promise<void> {
    const settings = this.#options.settings();
    this.#watch.renew();
    this.#options.problems.clear('recording.failed');
    this.#name = manifest.name;
    this.#why = null;
    this.#startMs = clock.startMs;
    this.#resumedFrames = manifest.frames;
    this.#last = { archived: 0, lost: 0 };
    const recorder = new Recorder(
      {
        ...clock,
        manifest,
        folder: path.join(catalogue.folder, manifest.name),
        stem: manifest.name,
        recordMasks: settings['recording.masks'],
        segmentBytes: settings['recording.segmentMb'] * MIB,
        maxBacklogBytes: settings['recording.maxBacklogMb'] * MIB,
      },
      this.#options.queue,
      {
        failed: (message, isDiskFull) => this.#recorderFailed(recorder, message, isDiskFull),
        disk: (freeBytes, bytesWritten) => {
          const why = this.#watch.noteDisk(freeBytes, bytesWritten);
          if (why !== null) {
            this.#endByItself(recorder, why);
          }
        },
      },
    );
    this.#recorder = recorder;
    this.#state = 'recording';
    this.#watch.begin(recorder);
    this.#options.log('info', 'recording.begun', { name: manifest.name, reason: manifest.startReason });
    this.#options.changed();
    await recorder.begun();
  }

  /** `why` it ended by itself; null: it was told to. */
  async #endNow(
    recorder: Recorder,
    reason: string,
    why: Saying | string | null,
  ): Promise<{ name: string; frames: number; lost: number }> {
    this.#ending ??= this.#stop(recorder, reason, why);
    const { name, frames, lost } = await this.#ending;
    return { name, frames, lost };
  }

  async #stop(recorder: Recorder, reason: string, why: Saying | string | null): Promise<Manifest> {
    this.#state = 'stopping';
    this.#options.changed();
    let failure: Saying | null = null;
    try {
      const manifest = await recorder.stop(reason);
      const { name, frames, lost } = manifest;
      this.#options.log('info', 'recording.ended', { name, frames, lost, reason });
      failure = why === null ? null : say('recording.ended', { why, fate: fateOf(lost) });
      return manifest;
    } catch (error) {
      const unclosed = say('recording.unclosed', { name: String(this.#name), why: reasonOf(error) });
      // What ended it comes first: that is what somebody can do something about.
      const fate = fateOf(recorder.counts.lost);
      const ended = why === null ? fate : say('recording.ended', { why, fate });
      failure = series(';', [ended, unclosed]);
      throw new SaidError(failure, { cause: error });
    } finally {
      this.#put(recorder, failure);
    }
  }

  /** The recorder is no more; its figures stay. */
  #put(recorder: Recorder, failure: Saying | null): void {
    const { archived, lost } = recorder.counts;
    this.#last = { archived, lost };
    this.#past.archived += archived;
    this.#past.lost += lost;
    this.#recorder = null;
    this.#ending = null;
    this.#endMs = monotonicMs();
    this.#watch.end(recorder);
    if (failure === null) {
      this.#state = 'off';
      this.#options.changed();
    } else {
      this.#failed(failure);
    }
  }

  #recorderFailed(recorder: Recorder, message: string, isDiskFull: boolean): void {
    this.#options.log('error', 'recording.failed', { name: this.#name, message });
    this.#endByItself(recorder, isDiskFull ? say('recording.disk-full', { why: message }) : message);
  }

  #endByItself(recorder: Recorder, why: Saying | string): void {
    void this.#endNow(recorder, `recording ended: ${inEnglish(why)}`, why).catch(() => {
      // Said already: the desk is failed and says why.
    });
  }

  #failed(why: Saying | string): void {
    const message = inEnglish(why);
    this.#state = 'failed';
    this.#why = why;
    this.#options.problems.stands('recording.failed', 'critical', say('recording.failed', { why }), monotonicMs());
    this.#options.log('error', 'recording.failed', { name: this.#name, message });
    this.#options.changed();
  }
}

/** What became of the frames that came before a recording ended by itself. */
const fateOf = (lost: number): Saying => (lost === 0 ? say('recording.whole') : say('recording.incomplete', { lost }));

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
