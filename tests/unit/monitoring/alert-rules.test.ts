import { describe, expect, it } from 'vitest';
import { AlertRules, type RuleInputs } from '../../../src-main/monitoring/index.ts';
import { type AlertSeverity, defaultSettings, judge, type KpiSample } from '../../../src-shared/index.ts';
import { aSample } from '../../support/samples.ts';

const settings = { ...defaultSettings(), 'alerts.firstSamples': 0 };

/** What is found in a sample that is fine but for `patch`. */
function conditionsOf(patch: Partial<KpiSample>, now: Partial<RuleInputs> = {}, held: AlertSeverity | null = null) {
  return new AlertRules().conditions(
    {
      sample: aSample(patch),
      settings,
      liveness: 'LIVE',
      publisher: { link: 'listening', address: 'igtl-server://127.0.0.1:18945' },
      modelRuns: true,
      problems: [],
      ...now,
    },
    () => held,
  );
}

/** Levels by key. */
const levels = (...found: Parameters<typeof conditionsOf>): Record<string, string | null> =>
  Object.fromEntries(conditionsOf(...found).map(({ key, level }) => [key, level]));

describe('AlertRules', () => {
  it('finds nothing wrong with a sample that is fine', () => {
    expect(Object.values(levels({})).every((level) => level === 'ok' || level === null)).toBe(true);
  });

  it.each([
    [95, 71, 'ok'],
    [95, 69, 'warning'],
    [95, 49, 'critical'],
    [75, 69, 'warning'],
    [30, 23, 'ok'],
    [30, 22, 'warning'],
    [30, 14, 'critical'],
    [8, 8, 'ok'],
  ] as const)('of a source of %i frames/s judges %i as %s', (source_fps, fps, level) => {
    expect(levels({ source_fps, fps_in: fps })['fps-in']).toBe(level);
    expect(levels({ source_fps, fps_out: fps })['fps-out']).toBe(level);
  });

  it.each([
    [{ latency_p95_ms: 31 }, 'latency', 'warning'],
    [{ latency_p95_ms: 51 }, 'latency', 'critical'],
    [{ gpu_util: 91 }, 'gpu', 'warning'],
    [{ gpu_util: 96 }, 'gpu', 'critical'],
    [{ archive_backlog_bytes: 300 * 2 ** 20 }, 'archive-backlog', 'warning'],
    [{ disk_free_mb: 100 }, 'disk', 'critical'],
    [{ log_lost: 1 }, 'log-loss', 'warning'],
  ] as const)('judges %o: %s is %s', (patch, key, level) => {
    expect(levels(patch)[key]).toBe(level);
  });

  it.each([
    [47.5, 'critical', 50],
    [40, 'critical', 50],
    [47.5, 'warning', 30],
    [47.5, null, 30],
    [51, 'warning', 50],
  ] as const)('names the limit of its own severity: %f ms while the alert is %s', (latency_p95_ms, held, limitMs) => {
    const latency = conditionsOf({ latency_p95_ms }, {}, held).find(({ key }) => key === 'latency');
    expect(latency?.values).toEqual({ p95Ms: latency_p95_ms, limitMs });
  });

  it('does not judge what it has no figure for', () => {
    const unknown = { source_fps: null, latency_p95_ms: null, gpu_util: null, disk_free_mb: null };
    expect(levels(unknown)).toMatchObject({ 'fps-in': null, latency: null, gpu: null, disk: null });
    expect(levels({ fps_out: 0 }, { modelRuns: false })['fps-out']).toBeNull();
    expect(levels({ fps_in: 0 }, { liveness: 'STALE' })).toMatchObject({ 'fps-in': null, link: 'warning' });
  });

  it.each([
    ['LIVE', 'ok'],
    ['STALE', 'warning'],
    ['CONNECTING', 'warning'],
    ['FROZEN', 'critical'],
    ['LINK LOST', 'critical'],
    ['NO SOURCE', null],
    ['ENDED', null],
  ] as const)('takes the picture being %s for %s', (liveness, level) => {
    expect(levels({}, { liveness })['link']).toBe(level);
  });

  it('makes an alert of every standing problem, but of none with the delivery of alerts', () => {
    const problem = (key: string) =>
      ({ key, severity: 'critical', message: 'it ended', said: null, count: 1 }) as const;
    const found = levels({}, { problems: [problem('inference'), problem('alerts.webhook')] });
    expect(found['problem.inference']).toBe('critical');
    expect(Object.keys(found)).not.toContain('problem.alerts.webhook');
  });

  it('waits for the figures of a new source to settle', () => {
    const rules = new AlertRules();
    const latency = (): string | null | undefined =>
      rules
        .conditions(
          {
            sample: aSample({ latency_p95_ms: 900 }),
            settings: { ...settings, 'alerts.firstSamples': 2 },
            liveness: 'LIVE',
            publisher: { link: 'listening', address: '' },
            modelRuns: true,
            problems: [],
          },
          () => null,
        )
        .find(({ key }) => key === 'latency')?.level;
    expect([latency(), latency(), latency()]).toEqual([null, null, 'critical']);
    rules.sourceChanged();
    expect(latency()).toBeNull();
  });

  it('lets go of an alert only by a margin', () => {
    expect(levels({ latency_p95_ms: 29.5 }, {}, 'warning')['latency']).toBe('warning');
    expect(levels({ latency_p95_ms: 28 }, {}, 'warning')['latency']).toBe('ok');
    expect(judge(72, { warning: 70, critical: 50, bad: 'below' }, 'warning', 0.05)).toBe('warning');
    expect(judge(74, { warning: 70, critical: 50, bad: 'below' }, 'warning', 0.05)).toBe('ok');
  });
});
