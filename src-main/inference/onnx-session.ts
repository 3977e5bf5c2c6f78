import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import {
  type ProviderChoice,
  type ProviderName,
  type ProviderReport,
  type Saying,
  say,
} from '../../src-shared/index.ts';
import { ModelRefused } from './manifest.ts';
import type { Difference } from './providers/agreement.ts';
import { chooseProvider, type Feeds, type ProviderMeans, type TrialSession } from './providers/choose-provider.ts';
import { noGraphicsDevice, softwareDriver } from './providers/graphics-device.ts';
import { NodePlacement } from './providers/node-placement.ts';
import { expectNames } from './session-names.ts';

export type OrtModule = typeof Ort;

export interface SessionOptions {
  readonly intraOpThreads: number;
  /** Idle threads busy-wait: faster runs, one core burnt. Off for a console that shares the machine. */
  readonly allowSpinning: boolean;
  /** Providers in the order they are to be tried; the CPU is the last resort in any case. */
  readonly providers: readonly ProviderChoice[];
  /** Which of several graphics processors. */
  readonly device: number;
  /** Providers during whose trial an earlier process of this model ended: they are not tried again. */
  readonly crashed: readonly ProviderName[];
  /** Hears what is being tried, before it is (null: nothing any more); resolves when the news has left this process. */
  readonly trying?: (provider: ProviderName | null) => Promise<void>;
}

/** A session's part in its model, and how it is known that a provider computes it rightly. */
export interface SessionTask {
  /** The file's key in the manifest's `files`. */
  readonly role: string;
  /** Names the graph must take, all of them and no others; names it must give, among others. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** As ONNX Runtime names its levels. `all` also rearranges memory for wide convolutions. */
  readonly optimization: 'extended' | 'all';
  /** The fixed input on which a provider is compared with the CPU and timed. */
  readonly feeds: (Tensor: OrtModule['Tensor']) => Feeds;
  /** What another provider's results may differ by (`providers/agreement.ts`). */
  readonly difference: Difference;
  /** Providers known to be wrong for this kind of model, and why. */
  readonly excluded?: Readonly<Partial<Record<ProviderName, Saying>>>;
}

export interface OnnxSession {
  readonly session: Ort.InferenceSession;
  readonly provider: ProviderName;
  readonly report: ProviderReport;
  readonly Tensor: OrtModule['Tensor'];
}

/** D-FINE on DirectML gives near-zero scores and wrong boxes (D-FINE issue 327): for every task that runs one. */
export const NOT_ON_DIRECTML = { dml: say('provider.dfine-on-directml') } as const;

/** Loads the runtime only when a model is wanted: what fails to load is reported in words instead of ending the process. */
export function loadRuntime(): OrtModule {
  try {
    const ort = createRequire(import.meta.url)('onnxruntime-node') as OrtModule;
    // What goes wrong comes as an exception and is told once; a second telling on standard error helps nobody.
    ort.env.logLevel = 'fatal';
    return ort;
  } catch (error) {
    const machine = `${process.platform}-${process.arch}`;
    throw new ModelRefused(say('model.no-runtime', { machine, why: String(error) }));
  }
}

/**
 * Opens one file of a model on the first wanted provider that computes it as the CPU does.
 *
 * @throws {ModelRefused} when the runtime or the model does not load.
 */
export async function openSession(
  file: string,
  bytes: Uint8Array,
  task: SessionTask,
  options: SessionOptions,
): Promise<OnnxSession> {
  const ort = loadRuntime();
  const means = providerMeans(ort, bytes, task, options);
  const create: ProviderMeans['create'] = async (provider) => {
    const made = await means.create(provider);
    expectNames(file, made.session, task.inputs, task.outputs);
    return made;
  };
  try {
    const { session, report } = await chooseProvider(
      { role: task.role, feeds: task.feeds(ort.Tensor), difference: task.difference, excluded: task.excluded ?? {} },
      { choices: options.providers, crashed: options.crashed },
      { ...means, create },
    );
    return { session, provider: report.running, report, Tensor: ort.Tensor };
  } catch (error) {
    if (error instanceof ModelRefused) throw error;
    throw new ModelRefused(say('model.file-unloaded', { file, why: String(error) }));
  }
}

/** The real means: sessions of ONNX Runtime, the libraries and devices of this machine. */
export function providerMeans(
  ort: OrtModule,
  bytes: Uint8Array,
  task: Pick<SessionTask, 'optimization'>,
  options: SessionOptions,
): ProviderMeans {
  return {
    create: (provider) =>
      provider === 'cpu'
        ? createOnCpu(ort, bytes, sessionOptions('cpu', task, options))
        : createForTrial(ort, bytes, provider, sessionOptions(provider, task, options)),
    // Only WebGPU takes a software adapter for a graphics processor; the others refuse by themselves.
    software: (provider, made) => (provider !== 'webgpu' ? null : made ? softwareAdapter() : noGraphicsDevice()),
    trying: async (provider) => options.trying?.(provider),
  };
}

function softwareAdapter(): Saying | null {
  const driver = softwareDriver();
  return driver === null ? null : say('provider.software-driver', { driver });
}

async function createOnCpu(
  ort: OrtModule,
  bytes: Uint8Array,
  options: Ort.InferenceSession.SessionOptions,
): Promise<TrialSession> {
  return { session: await ort.InferenceSession.create(bytes, options), share: () => 1 };
}

async function createForTrial(
  ort: OrtModule,
  bytes: Uint8Array,
  provider: ProviderName,
  options: Ort.InferenceSession.SessionOptions,
): Promise<TrialSession> {
  const placement = new NodePlacement();
  try {
    const session = await ort.InferenceSession.create(bytes, { ...options, ...placement.options });
    let share: number | null | undefined;
    return {
      session,
      share: () => {
        if (share === undefined) {
          session.endProfiling();
          share = placement.shareOn(provider);
          placement.close();
        }
        return share;
      },
    };
  } catch (error) {
    placement.close();
    throw error;
  }
}

function sessionOptions(
  provider: ProviderName,
  { optimization }: Pick<SessionTask, 'optimization'>,
  { intraOpThreads, allowSpinning, device }: SessionOptions,
): Ort.InferenceSession.SessionOptions {
  const hasDevice = provider === 'cuda' || provider === 'dml';
  return {
    executionProviders: [hasDevice ? { name: provider, deviceId: device } : provider],
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    graphOptimizationLevel: optimization,
    // DirectML works neither with memory patterns nor in parallel.
    enableMemPattern: provider !== 'dml',
    executionMode: 'sequential',
    extra: { session: { intra_op: { allow_spinning: allowSpinning ? '1' : '0' } } },
  };
}
