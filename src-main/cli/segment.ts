import path from 'node:path';
import { defaultSettings, type Orientation, type Scale, unpackMask } from '../../src-shared/index.ts';
import { IntensityWindow, scaleOf } from '../acquisition/index.ts';
import { defaultDataDirectory, modelChoice, modelFolders } from '../engine/index.ts';
import { checkModel, forkInference, type UnhurriedAnswer, UnhurriedModel } from '../inference/index.ts';
import { type SequenceFrame, SequenceReader, SequenceWriter } from '../sequences/index.ts';
import { inferenceEntry, modelsDir } from './paths.ts';
import { ProgressBar } from './progress-bar.ts';
import { round, spreadOf } from './statistics.ts';
import { SurfaceCsv } from './surface-csv.ts';

export interface SegmentOptions {
  readonly input: string;
  readonly out: string;
  readonly csv: string | null;
  readonly modelId: string;
  readonly mmPerPixel: readonly [number, number] | null;
}

/** Frames asked about at a time: one runs, one is prepared, one is read. */
const AHEAD = 3;

/** A frame on its way: what was read, and the answer to come. Null: the recorder had no picture for it. */
interface Asked {
  readonly frame: SequenceFrame;
  readonly answer: Promise<UnhurriedAnswer> | null;
}

/**
 * Every frame of a recording through the model, in the inference process the live path uses. The masks are a sequence of
 * the same frames with the same fields, so that transforms and times stay with them.
 *
 * @throws in the operator's words; nothing is left at `out` then.
 */
export async function segment(options: SegmentOptions): Promise<object> {
  const settings = { ...defaultSettings(), 'model.id': options.modelId };
  const spawnInference = forkInference(inferenceEntry);
  const host = { spawnInference, modelsDir, userModelsDir: path.join(defaultDataDirectory(), 'models') };
  checkModel(modelFolders(host), options.modelId);
  const reader = await SequenceReader.open(options.input);
  try {
    const model = await UnhurriedModel.open(modelChoice(host, settings), spawnInference);
    try {
      return await new Segmentation(options, reader, model).run();
    } finally {
      await model.close();
    }
  } finally {
    await reader.close();
  }
}

class Segmentation {
  readonly #options: SegmentOptions;
  readonly #reader: SequenceReader;
  readonly #model: UnhurriedModel;
  readonly #scale: Scale;
  readonly #orientation: Orientation;
  readonly #window = new IntensityWindow();
  readonly #elapsedMs: number[] = [];
  readonly #mask: Uint8Array;
  readonly #counts = { withBone: 0, withoutBone: 0, failed: 0, withoutPicture: 0 };
  readonly #reasons = new Map<string, number>();

  constructor(options: SegmentOptions, reader: SequenceReader, model: UnhurriedModel) {
    const { size, spacing, orientation } = reader.info;
    this.#options = options;
    this.#reader = reader;
    this.#model = model;
    this.#scale = scaleOf(spacing, options.mmPerPixel, size[1]);
    this.#orientation = orientation ?? 'MF';
    this.#mask = new Uint8Array(size[0] * size[1]);
    if (this.#scale.origin === 'estimate') {
      const [mm] = this.#scale.mmPerPixel;
      process.stderr.write(
        `the recording states no pixel size: ${mm.toPrecision(3)} mm is assumed, lengths are estimates; --mm-per-pixel sets it\n`,
      );
    }
  }

  async run(): Promise<object> {
    const { out, csv, modelId } = this.#options;
    const { info } = this.#reader;
    const { provider } = this.#model.state;
    const fields = new Map([...info.fields, ['MaskModel', modelId], ['MaskProvider', provider ?? '']]);
    const writer = await SequenceWriter.create(out, { ...info, scalarType: 'uint8', components: 1, fields });
    const surfaces = csv === null ? null : new SurfaceCsv(csv);
    try {
      await this.#segmentAll(writer, surfaces);
      const { failed, withBone, withoutBone } = this.#counts;
      if (failed > 0 && withBone + withoutBone === 0) throw new Error([...this.#reasons.keys()].join('; '));
      await surfaces?.close();
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    return this.#summary(provider);
  }

  async #segmentAll(writer: SequenceWriter, surfaces: SurfaceCsv | null): Promise<void> {
    const { frames } = this.#reader.info;
    const progress = new ProgressBar('segmenting', frames);
    const asked: Asked[] = [];
    try {
      for (let index = 0; index < frames || asked.length > 0; ) {
        while (index < frames && asked.length < AHEAD) asked.push(await this.#ask(index++));
        await this.#keep(asked.shift()!, writer, surfaces);
        progress.step();
      }
    } finally {
      // What is still under way when one of them fails is told by that one.
      for (const { answer } of asked) answer?.catch(() => {});
      progress.end();
    }
  }

  async #ask(index: number): Promise<Asked> {
    const { size, components, scalarType } = this.#reader.info;
    const frame = await this.#reader.frame(index);
    if (!frame.imageValid) return { frame, answer: null };
    // The reader's and the window's memory may be used again while the model still has the frame.
    const pixels = Uint8Array.from(this.#window.to8Bit(frame.pixels, scalarType, true));
    const answer = this.#model.answer({
      size,
      components,
      pixels,
      scale: this.#scale,
      orientation: this.#orientation,
    });
    answer.catch(() => {});
    return { frame, answer };
  }

  async #keep({ frame, answer }: Asked, writer: SequenceWriter, surfaces: SurfaceCsv | null): Promise<void> {
    const result = await answer;
    this.#count(result);
    if (result?.maskBits == null) this.#mask.fill(0);
    else unpackMask(result.maskBits, this.#mask);
    const { size } = this.#reader.info;
    await surfaces?.add(frame.index, frame.timestampS, this.#mask, size, this.#scale, this.#orientation);
    await writer.append(this.#mask, frame.fields);
  }

  #count(result: UnhurriedAnswer | null): void {
    const { state, maskBits, reason, elapsedMs } = result ?? {};
    if (state === undefined) {
      this.#counts.withoutPicture++;
      return;
    }
    this.#elapsedMs.push(elapsedMs!);
    // A model of boxes alone gives no mask: an empty one here would read as "no bone".
    const why = reason ?? (maskBits === null ? `${this.#options.modelId} gives boxes, no masks` : null);
    if (why !== null) {
      this.#counts.failed++;
      this.#reasons.set(why, (this.#reasons.get(why) ?? 0) + 1);
    } else if (state === 'bone') {
      this.#counts.withBone++;
    } else {
      this.#counts.withoutBone++;
    }
  }

  #summary(provider: string | null): object {
    const { input, out, csv, modelId } = this.#options;
    const { frames, size } = this.#reader.info;
    const spread = spreadOf(this.#elapsedMs);
    return {
      input,
      out,
      csv,
      model: modelId,
      provider,
      frames,
      size,
      framesWithBone: this.#counts.withBone,
      framesWithoutBone: this.#counts.withoutBone,
      framesFailed: this.#counts.failed,
      framesWithoutPicture: this.#counts.withoutPicture,
      reasons: Object.fromEntries(this.#reasons),
      mmPerPixel: this.#scale.mmPerPixel.map(round),
      /** `estimate`: assumed, and every length with it. */
      scale: this.#scale.origin,
      msPerFrame: spread === null ? null : { p50: spread.p50, p99: spread.p99 },
    };
  }
}
