import type { Saying } from './sayings.ts';

/** Execution providers of ONNX Runtime that the console knows, in the order `auto` tries them. */
export const PROVIDERS = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** What the setting `model.providers` is made of. Naming one takes it even where it is slower or only software. */
export const PROVIDER_CHOICES = ['auto', ...PROVIDERS] as const;
export type ProviderChoice = (typeof PROVIDER_CHOICES)[number];

/**
 * What became of a provider that was tried. refused: ONNX Runtime made no session of it. excluded: known to be wrong for
 * this kind of model. crashed: the process ended while it was tried. failed: a run threw. wrong: other results than the
 * CPU's. software: no graphics processor behind it. slower: than the CPU.
 */
export type ProviderOutcome =
  | 'running'
  | 'refused'
  | 'excluded'
  | 'crashed'
  | 'failed'
  | 'wrong'
  | 'software'
  | 'slower';

export interface ProviderTrial {
  readonly provider: ProviderName;
  readonly outcome: ProviderOutcome;
  /** In words, ONNX Runtime's own where it refused; null for the one that runs. */
  readonly why: string | null;
  /** The same as consoles say it; null where there is no sentence for it. */
  readonly said: Saying | null;
  /** Median of its warmed-up runs on the fixed input, ms; null when it did not come to that. */
  readonly runMs: number | null;
}

/** How one file of a model came to its provider: everything tried, in order, the last one runs. */
export interface ProviderReport {
  /** The file's role in its model: `detector`, `encoder`, … */
  readonly role: string;
  readonly running: ProviderName;
  /** From opening the file to its first result, ms. */
  readonly warmupMs: number;
  /** Share of the graph's nodes that the provider took; the rest runs on the CPU. Null where it was not looked at. */
  readonly share: number | null;
  /** True: this is not what was asked for, or something that promised to be faster gave wrong results or broke. */
  readonly fellBack: boolean;
  readonly trials: readonly ProviderTrial[];
}
