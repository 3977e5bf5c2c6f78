import type { HealthLevel } from '../../../src-shared/index.ts';

const levels: Record<HealthLevel, string> = { OK: 'OK', WARNING: 'Warning', CRITICAL: 'Critical' };

/** The page of figures for browsers elsewhere. */
export const dashboard = {
  cards: 'Now',
  mayOnlyLook: 'Signed in to look only: the console and its commands need a token that may operate.',
  state: 'State',
  pipeline: 'Pipeline',
  queues: 'Queues',
  machine: 'GPU and machine',
  alerts: 'Alerts',
  address: 'Address',
  health: 'Health',
  levels,
  figures: {
    fps_in: 'Frames in',
    fps_out: 'Masks out',
    latency_p50_ms: 'Latency p50',
    latency_p95_ms: 'Latency p95',
    latency_p99_ms: 'Latency p99',
    frames_received: 'Received',
    upstream_lost: 'Lost upstream',
    queue_raw_size: 'In Raw',
    queue_rt_size: 'In RT',
    queue_gpu_size: 'In GPU',
    queue_out_size: 'In Out',
    queue_rt_drops: 'Dropped from RT',
    queue_gpu_drops: 'Dropped from GPU',
    queue_out_drops: 'Dropped from Out',
    gpu_util: 'GPU utilisation',
    gpu_memory_mb: 'GPU memory',
    gpu_temp_c: 'GPU temperature',
    cpu_percent: 'Processor',
    memory_mb: 'Memory',
    disk_free_mb: 'Free disk',
  },
};
