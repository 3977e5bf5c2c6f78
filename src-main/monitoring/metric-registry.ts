import {
  type CustomMetricInfo,
  describeCustomMetric,
  METRICS,
  type MetricDescription,
} from '../../src-shared/index.ts';

/** A figure that cannot be registered; the message says which and why. */
export class BadMetric extends Error {
  override readonly name = 'BadMetric';
}

/** As Prometheus allows it in a name, and no longer than a chart's legend shows. */
const NAME = /^[a-z][a-z0-9_]{0,59}$/;
/** Every sample carries all of them, for as long as history is kept. */
const MAX_CUSTOM = 100;

/**
 * All figures there are. One registration (name, unit, help, a function) puts a figure into API, WebSocket, CSV,
 * Prometheus and the charts: they all read this table.
 */
export class MetricRegistry {
  readonly #custom = new Map<string, { description: MetricDescription; read: () => number | null }>();
  readonly #failed: (name: string, error: unknown) => void;

  /** `failed`: a figure's function threw; it is told at each sample. */
  constructor(failed: (name: string, error: unknown) => void = () => {}) {
    this.#failed = failed;
  }

  /**
   * `read` is called once a sample on the engine's loop: it must answer at once; null says "no value".
   *
   * @returns takes the figure out again.
   * @throws {BadMetric}
   */
  register(info: CustomMetricInfo, read: () => number | null): () => void {
    const { name } = info;
    if (!NAME.test(name)) {
      throw new BadMetric(`metric name ${JSON.stringify(name)}: expected ${NAME}`);
    }
    if (this.#custom.has(name) || METRICS.some((metric) => metric.name === name)) {
      throw new BadMetric(`metric ${name} is already there`);
    }
    if (this.#custom.size >= MAX_CUSTOM) {
      throw new BadMetric(`metric ${name}: there are ${MAX_CUSTOM} custom metrics already`);
    }
    this.#custom.set(name, { description: describeCustomMetric(info), read });
    return () => this.#custom.delete(name);
  }

  all(): readonly MetricDescription[] {
    return [...METRICS, ...[...this.#custom.values()].map(({ description }) => description)];
  }

  /** Values of the registered figures now; one that fails has none. */
  values(): Record<string, number | null> {
    const values: Record<string, number | null> = {};
    for (const [name, { read }] of this.#custom) {
      values[name] = this.#valueOf(name, read);
    }
    return values;
  }

  #valueOf(name: string, read: () => number | null): number | null {
    try {
      const value = read();
      return value !== null && Number.isFinite(value) ? value : null;
    } catch (error) {
      this.#failed(name, error);
      return null;
    }
  }
}
