import type {
  Box,
  DetailTimes,
  DropReason,
  GpuFrame,
  ProviderChoice,
  ProviderName,
  ProviderReport,
  ResultState,
  Saying,
} from '../../src-shared/index.ts';
import type { MaskOptions } from './mask/options.ts';
import type { ModelFolders, RegistryJob, RegistryResults } from './registry/index.ts';

/** What the inference process is told once, before anything else. */
export interface InferenceConfig {
  /** Folder that holds one folder per model. */
  readonly modelsDir: string;
  /** The same for models that users added; absent or null: there is none. */
  readonly userModelsDir?: string | null;
  readonly modelId: string;
  readonly intraOpThreads: number;
  readonly allowSpinning: boolean;
  readonly providers: readonly ProviderChoice[];
  readonly device: number;
  readonly gpuQueueSize: number;
  readonly maxLagMs: number;
  readonly mask: MaskOptions;
}

/** Engine -> inference process. Structured clone; the pixels travel as their own bytes. */
export type ToInference =
  /** `crashed`: execution providers during whose trial an earlier process ended. */
  | { readonly type: 'init'; readonly config: InferenceConfig; readonly crashed: readonly ProviderName[] }
  /** Instead of `init`: work on the registry, after which the process is ended. */
  | { readonly type: 'registry'; readonly folders: ModelFolders; readonly job: RegistryJob }
  | { readonly type: 'frame'; readonly frame: GpuFrame }
  /** The pixels lie in the shared memory. */
  | {
      readonly type: 'frame-slot';
      readonly frame: Omit<GpuFrame, 'pixels'>;
      readonly slot: number;
      readonly bytes: number;
    }
  | { readonly type: 'max-lag'; readonly maxLagMs: number }
  | { readonly type: 'mask-options'; readonly mask: MaskOptions };

/** A frame whose pixels were written into a slot of the shared memory. */
export function slotMessage({ pixels, ...frame }: GpuFrame, slot: number): ToInference {
  return { type: 'frame-slot', frame, slot, bytes: pixels.byteLength };
}

/** A frame as a message, for processes without shared memory. */
export const frameMessage = (frame: GpuFrame): ToInference => ({
  type: 'frame',
  frame: { ...frame, pixels: ownBytes(frame.pixels) },
});

/** Structured clone copies a view's whole buffer: a small picture in a large message goes alone. */
function ownBytes(pixels: Uint8Array): Uint8Array {
  const surplus = pixels.buffer.byteLength - pixels.byteLength;
  return surplus > pixels.byteLength >> 3 ? new Uint8Array(pixels) : pixels;
}

/** When a frame passed which point in the inference process, on the clock all processes share. */
export interface StageTimes {
  readonly preprocessedMs: number;
  readonly runStartMs: number;
  readonly runEndMs: number;
  readonly postprocessedMs: number;
  /** Ready to run, but the model was busy with an earlier frame. */
  readonly waitMs: number;
  /** How long the model's own steps took; what it does not have is absent. */
  readonly detailMs: DetailTimes;
}

/** The model is loaded and warm. */
export interface Ready {
  readonly type: 'ready';
  /** One report per file of the model. */
  readonly providers: readonly ProviderReport[];
  readonly warmupP99Ms: number;
}

/** Comes before a provider is tried (null: nothing is any more): should the process end, this is why. */
interface Trying {
  readonly type: 'trying';
  readonly provider: ProviderName | null;
}

/** Inference process -> engine. Every frame is answered by one `result` or one `dropped`. */
export type FromInference =
  | Ready
  | { readonly type: 'registry-done'; readonly value: RegistryResults[RegistryJob['name']] }
  | Trying
  /** It cannot work and ends: model refused, runtime does not load. */
  | { readonly type: 'failed'; readonly why: Saying }
  | {
      readonly type: 'result';
      readonly handle: number;
      readonly state: ResultState;
      /** False: this model gives boxes alone, and no mask is to be made of that. */
      readonly givesMasks: boolean;
      /**
       * One bit a pixel (`packMask`), of which only the bytes from the first bone to the last go over: most of a mask is
       * none. Null: no pixel is bone, or there is no answer.
       */
      readonly maskBits: Uint8Array | null;
      /** Bytes of the packed mask before `maskBits`. */
      readonly maskFrom: number;
      readonly boxes: readonly Box[] | null;
      readonly score: number | null;
      readonly reason: Saying | string | null;
      readonly times: StageTimes;
    }
  | { readonly type: 'dropped'; readonly handle: number; readonly reason: DropReason };

/** What a model's sessions are opened with. */
export interface SessionsConfig {
  readonly modelDir: string;
  readonly intraOpThreads: number;
  readonly allowSpinning: boolean;
  readonly providers: readonly ProviderChoice[];
  readonly device: number;
  readonly crashed: readonly ProviderName[];
}

export type RunValues = Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** One picture as a session takes it, and how the picture lies in it: at the top left corner. */
export interface RunInput {
  readonly data: RunValues;
  readonly dims: readonly number[];
  /** Without channels; what the picture does not fill is padding. */
  readonly canvas: readonly [columns: number, rows: number];
  /** Input pixels per source pixel. */
  readonly scale: readonly [u: number, v: number];
  /** Of the input's pixels, where the model knows its scale. */
  readonly mmPerPixel: number | null;
}

/** One frame's inputs, whose memory goes to the sessions and comes back with the answer. */
export interface RunRequest {
  readonly handle: number;
  readonly inputs: readonly RunInput[];
  readonly size: readonly [columns: number, rows: number];
  readonly scoreThreshold: number | null;
  /** The last outcome's `values`, to be written again. */
  readonly spare: RunValues | null;
}

/** One request's answer. */
export interface RunDone {
  readonly type: 'done';
  readonly handle: number;
  /** The inputs' memory, in their order. */
  readonly memory: readonly RunValues[];
  /** The model run's outcome, or why there is none. */
  readonly outcome: RunOutcome | { readonly error: Saying };
  readonly runStartMs: number;
  readonly runEndMs: number;
}

/** What is heard of a model's sessions. */
export type FromSessions = Ready | Trying | { readonly type: 'failed'; readonly why: Saying } | RunDone;

/** What a model run hands to its post-processing; each model kind knows its own. */
export interface RunOutcome {
  /** Surface, probabilities or mask; null: there is none. */
  readonly values: RunValues | null;
  /** Of `values`. */
  readonly dims: readonly number[];
  readonly score: number | null;
  /** In pixels of the task's `size`. */
  readonly boxes: readonly Box[] | null;
  readonly detailMs: DetailTimes;
}
