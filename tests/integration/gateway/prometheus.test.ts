import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { metricFamilies } from '../../../src-main/gateway/metric-families.ts';
import { DROP_REASONS, kpiSampleSchema, METRICS, SETTING_KEYS, settingInfo } from '../../../src-shared/index.ts';
import { ask } from '../../support/http.ts';
import { eventually, RunningProcess, TestBench } from '../../support/processes.ts';
import { serveEngine } from '../../support/served-engine.ts';

const hasPrometheus = existsSync('/usr/bin/promtool') && existsSync('/usr/bin/prometheus');
if (!hasPrometheus) {
  console.warn('skipped: Prometheus is not installed (Debian package prometheus)');
}
const deploy = path.resolve(import.meta.dirname, '../../../deploy');
const token = randomBytes(32).toString('hex');

/** How long a real Prometheus scrapes, once a second. */
const SCRAPE_MS = 25_000;

describe.runIf(hasPrometheus)('Prometheus', () => {
  const bench = new TestBench();
  let engine: Awaited<ReturnType<typeof serveEngine>>;
  let prometheus: RunningProcess;
  let query: (expression: string) => Promise<{ labels: Record<string, string>; value: number }[]>;
  const scrape = async () => (await ask(engine.at('/metrics'), { headers: { authorization: `Bearer ${token}` } })).body;

  beforeAll(async () => {
    process.env['ULTRAMOTION_VIEW_TOKEN'] = token;
    engine = await serveEngine(bench);
    await eventually('masks', 40_000, () => ((engine.engine.monitoring.latest()?.fps_out ?? 0) > 1 ? true : null));
    const folder = bench.folder();
    const config = path.join(folder, 'prometheus.yml');
    writeFileSync(path.join(folder, 'token'), token);
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s' },
        scrape_configs: [
          {
            job_name: 'ultramotion',
            authorization: { credentials_file: path.join(folder, 'token') },
            static_configs: [{ targets: [engine.at('/').host] }],
          },
        ],
      }),
    );
    const flags = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, '--web.listen-address=127.0.0.1:0'];
    prometheus = bench.run('/usr/bin/prometheus', ...flags);
    const address = await eventually(
      'Prometheus to listen',
      30_000,
      () => /msg="Listening on" address=(127\.0\.0\.1:[1-9]\d*)/.exec(prometheus.stderr)?.[1] ?? null,
    );
    query = async (expression) => {
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const { data } = JSON.parse((await ask(url)).body) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    };
  });
  afterAll(() => bench.close());

  it('accepts what we say, but for the documented alias', async () => {
    const text = await scrape();
    const file = path.join(bench.folder(), 'metrics');
    writeFileSync(file, text);
    const promtool = bench.run('/bin/sh', '-c', `promtool check metrics < ${file} 2>&1`);
    await promtool.exited;
    const complaints = promtool.lines.filter((line) => line !== '');
    expect(complaints.filter((line) => !line.startsWith('igt_latency_ms '))).toEqual([]);
    expect(complaints.length).toBeGreaterThan(0);
    for (const name of ['igt_fps_in', 'igt_fps_out', 'igt_latency_ms', 'igt_frames_received_total', 'build_info']) {
      expect(text, name).toMatch(new RegExp(`^# TYPE ${name} `, 'm'));
    }
    for (const edge of ['0.03', '0.05', '+Inf']) {
      expect(text).toContain(`igt_latency_seconds_bucket{le="${edge}"}`);
      expect(text).toContain(`igt_stage_duration_seconds_bucket{stage="run",le="${edge}"}`);
    }
  });

  it('scrapes once a second, and its counters equal ours', async () => {
    await new Promise((resolve) => setTimeout(resolve, SCRAPE_MS));
    const [scrapes] = await query(`sum(count_over_time(igt_frames_received_total[${Math.ceil(SCRAPE_MS / 1000)}s]))`);
    // A loaded machine may miss some; none may be refused.
    expect(scrapes?.value).toBeGreaterThan((SCRAPE_MS / 1000) * 0.6);
    expect((await query('min_over_time(up[20s])'))[0]?.value).toBe(1);

    // With the source gone everything settles, and both must say the same to the last frame.
    await engine.desk.run(
      { who: 'test', role: 'operate', address: 'here', expiresAtMs: null, session: null },
      'source.disconnect',
      {},
    );
    const settled = async () => {
      const sample = engine.engine.monitoring.latest();
      const [received] = await query('igt_frames_received_total');
      return sample?.fps_in === 0 && received?.value === sample.frames_received ? sample : null;
    };
    const sample = await eventually('the same number of frames', 20_000, settled);
    expect(sample.frames_received).toBeGreaterThan(100);
    expect((await query('igt_frames_sent_total'))[0]?.value).toBe(sample.frames_sent);
    const drops = await query('igt_frames_dropped_total');
    const { queues } = engine.engine.pipelineMetrics();
    for (const [queue, { drops_by_reason: ours }] of Object.entries(queues)) {
      for (const reason of DROP_REASONS) {
        const theirs = drops.find(({ labels }) => labels['queue'] === queue && labels['reason'] === reason);
        expect(theirs?.value, `${queue} ${reason}`).toBe(ours[reason]);
      }
    }
    const [sum] = await query('sum(igt_frames_dropped_total)');
    expect(sample.frames_received).toBe(sample.frames_sent + (sum?.value ?? Number.NaN) + sample.frames_in_flight);
    const { latency } = engine.engine.monitoring.histograms();
    expect((await query('igt_latency_seconds_count'))[0]?.value).toBe(latency.cumulative.at(-1));
    expect((await query('igt_latency_seconds_sum'))[0]?.value).toBeCloseTo(latency.sum, 9);
  });

  it('fires every rule on what it is for, and none on a healthy engine', async () => {
    const promtool = bench.run('/bin/sh', '-c', `cd ${deploy}/prometheus && promtool test rules rules.test.yml 2>&1`);
    expect(await promtool.exited, promtool.lines.join('\n')).toBe(0);
    const check = bench.run('/usr/bin/promtool', 'check', 'rules', path.join(deploy, 'prometheus', 'rules.yml'));
    expect(await check.exited, check.lines.join('\n')).toBe(0);
  });
});

describe('deploy/', () => {
  const text = (...parts: string[]) => readFileSync(path.join(deploy, ...parts), 'utf8');
  const compose = parse(text('compose.yaml')) as {
    services: Record<
      string,
      {
        environment?: Record<string, string>;
        secrets?: string[];
        ports?: string[];
        volumes?: string[];
        build?: { dockerfile: string };
      }
    >;
    secrets: Record<string, { file: string }>;
    configs: Record<string, { file: string }>;
  };

  /** Every name that `/metrics` can say, with a value for each figure. */
  function namesWeSay(): Set<string> {
    const one = { edges: [1], cumulative: [1, 1], sum: 1 };
    const stages = new Proxy({}, { get: () => one });
    const numbers = Object.fromEntries(Object.keys(kpiSampleSchema.shape).map((key) => [key, 1]));
    const drops = Object.fromEntries(DROP_REASONS.map((reason) => [reason, 1]));
    const families = metricFamilies({
      build: 'x',
      sample: { ...numbers, health: 'OK', stage_ms: {}, detail_ms: {}, drops_by_reason: drops, custom: {} } as never,
      pipeline: { queues: { Queue_RT_dyn: { drops_by_reason: drops } } } as never,
      histograms: { latency: one, stages } as never,
      metrics: METRICS,
      webSockets: 1,
    });
    return new Set(families.flatMap(({ name, series }) => series.map(({ suffix = '' }) => name + suffix)));
  }

  it('asks only for metrics that there are', () => {
    const said = namesWeSay();
    const dashboard = JSON.parse(text('grafana', 'dashboards', 'ultramotion.json')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const rules = parse(text('prometheus', 'rules.yml')) as { groups: { rules: { alert: string; expr: string }[] }[] };
    const expressions = [
      ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
      ...rules.groups.flatMap(({ rules: all }) => all.map(({ alert, expr }) => [alert, expr] as const)),
    ];
    expect(expressions.length).toBeGreaterThan(20);
    for (const [where, expression] of expressions) {
      const names = expression.match(/\b(igt|gpu|build|process)_\w+|\bup\b/g) ?? [];
      expect(names.length, where).toBeGreaterThan(0);
      for (const name of names.filter((one) => one !== 'up')) {
        expect([...said], `${where}: ${expression}`).toContain(name);
      }
    }
  });

  it('keeps the engine’s door shut: a token, a certificate and no waiver, reached from this machine only', () => {
    const { engine, prometheus } = compose.services as {
      engine: NonNullable<(typeof compose.services)['x']>;
      prometheus: typeof engine;
    };
    expect(engine.environment).toMatchObject({
      ULTRAMOTION_OPERATE_TOKEN_FILE: '/run/secrets/operate-token',
      ULTRAMOTION_TLS_CERT_FILE: '/run/secrets/tls-cert.pem',
      ULTRAMOTION_TLS_KEY_FILE: '/run/secrets/tls-key.pem',
    });
    expect(JSON.stringify(compose)).not.toMatch(/INSECURE/);
    for (const [name, { ports = [] }] of Object.entries(compose.services)) {
      for (const port of ports) expect(port, name).toMatch(/^(127\.0\.0\.1|\$\{ULTRAMOTION_BIND:-127\.0\.0\.1\}):/);
    }
    expect(prometheus.secrets).not.toContain('operate-token');
    const config = parse(text('prometheus', 'prometheus.yml')) as { scrape_configs: object[] };
    expect(config.scrape_configs[0]).toMatchObject({
      scheme: 'https',
      authorization: { credentials_file: '/run/secrets/view-token' },
      tls_config: { ca_file: '/run/secrets/tls-cert.pem' },
    });
    const ignored = readFileSync(path.join(deploy, '..', '.gitignore'), 'utf8');
    expect(ignored).toContain('deploy/secrets/');
    expect(readFileSync(path.join(deploy, '..', '.dockerignore'), 'utf8')).toContain('**/secrets');
  });

  it('names only secrets, files and settings that there are', () => {
    const made = text('make-secrets.sh');
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(made, name).toContain(path.basename(file));
    }
    for (const { file } of Object.values(compose.configs)) {
      expect(existsSync(path.join(deploy, file)), file).toBe(true);
    }
    const known = new Set(SETTING_KEYS.map((key) => settingInfo(key).env));
    const docker = text('Dockerfile');
    for (const [name] of `${docker}\n${text('compose.yaml')}`.matchAll(/\bULTRAMOTION_(?!BIND)[A-Z_]+/g)) {
      expect([...known], name).toContain(name);
    }
    for (const [, files] of docker.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
      for (const file of (files as string).split(' ')) {
        expect(existsSync(path.join(deploy, '..', file)), file).toBe(true);
      }
    }
    expect(docker.match(/^USER 1000:1000$/gm)).toHaveLength(2);
    expect(docker.match(/^HEALTHCHECK /gm)).toHaveLength(2);
    const yaml = readdirSync(deploy, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));
    for (const file of yaml) {
      expect(parse(text(file)), file).toBeTypeOf('object');
    }
  });

  it.runIf(existsSync('/usr/bin/openssl'))(
    'asks after the engine’s health as its container would',
    { timeout: 90_000 },
    async () => {
      const bench = new TestBench();
      try {
        const folder = bench.folder();
        for (const name of ['make-secrets.sh', 'healthcheck.mjs']) writeFileSync(path.join(folder, name), text(name));
        expect(await bench.run('/bin/sh', path.join(folder, 'make-secrets.sh')).exited).toBe(0);
        const secrets = path.join(folder, 'secrets');
        const engine = await serveEngine(
          bench,
          {
            'http.operateTokenFile': path.join(secrets, 'operate-token'),
            'http.viewTokenFile': path.join(secrets, 'view-token'),
            'http.tlsCertFile': path.join(secrets, 'tls-cert.pem'),
            'http.tlsKeyFile': path.join(secrets, 'tls-key.pem'),
          },
          { http: { host: '0.0.0.0', port: 0 } },
        );
        const env = {
          DASHBOARD_PORT: engine.at('/').port,
          ULTRAMOTION_VIEW_TOKEN_FILE: path.join(secrets, 'view-token'),
          ULTRAMOTION_TLS_CERT_FILE: path.join(secrets, 'tls-cert.pem'),
        };
        const check = (overrides = {}) => {
          const script = path.join(folder, 'healthcheck.mjs');
          return bench.start(new RunningProcess(process.execPath, [script], { env: { ...env, ...overrides } })).exited;
        };
        await eventually('readiness', 60_000, () => (engine.engine.monitoring.health().ready ? true : null));
        expect(await check()).toBe(0);
        const stranger = path.join(folder, 'other-token');
        writeFileSync(stranger, token);
        expect(await check({ ULTRAMOTION_VIEW_TOKEN_FILE: stranger })).toBe(1);
        expect(await check({ DASHBOARD_PORT: '1' })).toBe(1);
      } finally {
        await bench.close();
      }
    },
  );
});
