import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A profile of one run of the largest models is a few megabytes. */
const MAX_PROFILE_BYTES = 64 * 1024 * 1024;
/** As ONNX Runtime writes them. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  CUDAExecutionProvider: 'cuda',
  DmlExecutionProvider: 'dml',
  CoreMLExecutionProvider: 'coreml',
  WebGpuExecutionProvider: 'webgpu',
  CPUExecutionProvider: 'cpu',
};

interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: { readonly provider?: string };
}

/**
 * Where a session's nodes really ran: a session made for a provider may have put all of them on the CPU, and nothing but
 * a profile tells. Give `options` to the session, run it once, end its profiling, then ask.
 */
export class NodePlacement {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'ultramotion-profile-'));

  get options(): { readonly enableProfiling: true; readonly profileFilePrefix: string } {
    return { enableProfiling: true, profileFilePrefix: path.join(this.#folder, 'run') };
  }

  /** Share of the nodes that ran on `provider`; null where no profile can be read. */
  shareOn(provider: string): number | null {
    const nodes = new Map<string, string>();
    for (const event of this.#events()) {
      if (event.cat === 'Node' && event.name !== undefined && event.args?.provider !== undefined) {
        nodes.set(event.name, PROVIDER_NAMES[event.args.provider] ?? event.args.provider);
      }
    }
    if (nodes.size === 0) return null;
    return [...nodes.values()].filter((name) => name === provider).length / nodes.size;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #events(): readonly ProfileEvent[] {
    const file = readdirSync(this.#folder).map((name) => path.join(this.#folder, name))[0];
    if (file === undefined || statSync(file).size > MAX_PROFILE_BYTES) return [];
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as ProfileEvent[];
    } catch {
      return [];
    }
  }
}
