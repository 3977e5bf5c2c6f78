import { describe, expect, it } from 'vitest';
import { initQueues } from '../../../src-main/pipeline/index.ts';
import type { ResultPacket } from '../../../src-shared/index.ts';
import { aFrame } from '../../support/frames.ts';

describe('PipelineQueues', () => {
  it('has the four queues of the contract: Raw unbounded, the others three deep', () => {
    const { queues } = initQueues().getPipelineMetrics();
    expect(Object.fromEntries(Object.entries(queues).map(([name, stats]) => [name, stats.maxsize]))).toEqual({
      Queue_Raw: null,
      Queue_RT_dyn: 3,
      Queue_GPU: 3,
      Queue_Out: 3,
    });
  });

  it('drops the oldest frame when a fourth comes to Queue_RT_dyn', () => {
    const queues = initQueues();
    const frames = [1, 2, 3, 4].map((receivedMs) => aFrame({ receivedMs }));
    for (const frame of frames) queues.enqueueNowaitRt(frame);
    expect(queues.tryDequeue(queues.getQueueRtDyn())).toBe(frames[1]);
    expect(queues.getPipelineMetrics().queues.Queue_RT_dyn).toMatchObject({ size: 2, drops: 1 });
  });

  it('applies back-pressure on the receive clock and keeps the newest', () => {
    const queues = initQueues();
    for (const receivedMs of [0, 10, 600]) queues.enqueueNowaitRt(aFrame({ receivedMs }));
    expect(queues.applyRtBackpressure(620)).toEqual({ removed: 2, remaining: 1 });
    expect(queues.applyRtBackpressure(5000)).toEqual({ removed: 0, remaining: 1 });
  });

  it('keeps every frame in Queue_Raw', () => {
    const queues = initQueues();
    for (let i = 0; i < 500; i++) queues.getQueueRaw().enqueueNowait(aFrame({ receivedMs: i }));
    expect(queues.getPipelineMetrics().queues.Queue_Raw).toMatchObject({ size: 500, drops: 0 });
  });

  it('shows the other process’s Queue_GPU where frames are handed over', () => {
    const queues = initQueues();
    const stats = { ...queues.getQueueGpu().stats(), size: 2 };
    queues.reportGpuStatsFrom(() => stats);
    expect(queues.getPipelineMetrics().queues.Queue_GPU.size).toBe(2);
  });

  it('replaces a waiting result by newer ones', () => {
    const queues = initQueues({ rtSize: 3, gpuSize: 3, outSize: 1 });
    const packet = { frame: aFrame() } as unknown as ResultPacket;
    queues.enqueueNowaitOut({ packet, receivedMs: 1 });
    expect(queues.enqueueNowaitOut({ packet, receivedMs: 2 })?.receivedMs).toBe(1);
  });
});
