/**
 * Reads `logs/kpi.log` by its documented line alone (design, section 7), as an installation's own parser does: knows
 * nothing of the program that writes it.
 *
 * `2025-10-17 11:00:00 | igt.kpi | ts=1739800210.456 fps_in=25.0 fps_out=24.9 latency_ms=38.2 gpu_util=51.0 q_rt=2 …`
 */
export interface KpiLogEntry {
  readonly localTime: string;
  readonly ts: number;
  readonly fps_in: number | null;
  readonly fps_out: number | null;
  readonly latency_ms: number | null;
  readonly gpu_util: number | null;
  readonly q_rt: number;
  readonly q_gpu: number;
  readonly drops_rt: number;
  readonly drops_gpu: number;
}

const LINE =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) \| igt\.kpi \| ts=(\d+\.\d{3}) fps_in=(F) fps_out=(F) latency_ms=(F) gpu_util=(F) q_rt=(\d+) q_gpu=(\d+) drops_rt=(\d+) drops_gpu=(\d+)$/;
const PATTERN = new RegExp(LINE.source.replaceAll('(F)', '(nan|\\d+\\.\\d)'));

/** @throws for a line that is not exactly so. */
export function parseKpiLine(line: string): KpiLogEntry {
  const match = PATTERN.exec(line);
  if (match === null) throw new Error(`not a line of kpi.log: ${JSON.stringify(line)}`);
  const [, localTime, ts, fpsIn, fpsOut, latency, gpu, qRt, qGpu, dropsRt, dropsGpu] = match as unknown as string[];
  const float = (text: string | undefined): number | null => (text === 'nan' ? null : Number(text));
  return {
    localTime: localTime as string,
    ts: Number(ts),
    fps_in: float(fpsIn),
    fps_out: float(fpsOut),
    latency_ms: float(latency),
    gpu_util: float(gpu),
    q_rt: Number(qRt),
    q_gpu: Number(qGpu),
    drops_rt: Number(dropsRt),
    drops_gpu: Number(dropsGpu),
  };
}

/** Every line of the file's text; the last one ends with a line feed. */
export function parseKpiLog(text: string): KpiLogEntry[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('kpi.log ends within a line');
  return text.split('\n').slice(0, -1).map(parseKpiLine);
}
