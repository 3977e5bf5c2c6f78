export { type KpiContext, KpiSampler, stageMs } from './kpi-sampler.ts';
export { LineWriter } from './line-writer.ts';
export { LivenessMonitor } from './liveness.ts';
export { createLog, type Log, type LogControl, type LogFields, type LogLevel } from './log.ts';
export { ProblemBoard } from './problem-board.ts';
