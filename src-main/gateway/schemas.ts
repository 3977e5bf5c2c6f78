import { z } from 'zod';
import {
  ALERT_ROUTES,
  ALERT_STATES,
  type AlertOverview,
  CONDITION_CODES,
  DROP_REASONS,
  type DropReason,
  HEALTH_LEVELS,
  type HealthReport,
  kpiSampleSchema,
  type PipelineMetrics,
  SAYINGS,
  type Saying,
  type SayingCode,
} from '../../src-shared/index.ts';

/** What the API answers, for its documentation and its clients' types. Its tests hold real answers against these. */

export const sampleSchema = kpiSampleSchema.meta({
  id: 'KpiSample',
  description: 'One sample a second; null: no value',
});

/** Before the first sample there is nothing to say. */
export const latestSchema = z.union([sampleSchema, z.strictObject({})]);

export const historySchema = z
  .object({
    data: z.array(
      sampleSchema.extend({
        from_ts: z.number().optional().describe('Beginning of the interval this row stands for (s since 1970 UTC)'),
        count: z.number().int().optional().describe('Samples in the interval; the row is its newest'),
        range: z
          .record(z.string(), z.tuple([z.number(), z.number()]).readonly())
          .readonly()
          .optional()
          .describe('Lowest and highest value of each figure in the interval'),
      }),
    ),
  })
  .meta({ id: 'History' });

/** A reason inside a sentence, as consoles put it into their language; `message` has it in English. */
const reasonSchema: z.ZodType<Saying> = z.object({
  code: z.enum(Object.keys(SAYINGS) as SayingCode[]),
  values: z.record(z.string(), z.any()),
});

const conditionWords = {
  key: z.string(),
  code: z.enum(CONDITION_CODES),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.null(), reasonSchema])),
};

export const healthSchema: z.ZodType<HealthReport> = z
  .object({
    health: z.enum(HEALTH_LEVELS),
    reasons: z.array(
      z.object({ ...conditionWords, level: z.enum(['WARNING', 'CRITICAL']), text: z.string().describe('In English') }),
    ),
    live: z.boolean().describe('The engine’s loop runs'),
    ready: z.boolean().describe('Frames that come now would be received and answered'),
    notReady: z.array(z.string()).describe('Why not'),
  })
  .meta({ id: 'Health' });

const alertWords = {
  ...conditionWords,
  severity: z.enum(['warning', 'critical']),
  text: z.string(),
  advice: z.string(),
};
const epochSeconds = z.number().describe('s since 1970 UTC');

export const alertsSchema: z.ZodType<AlertOverview> = z
  .object({
    active: z.array(
      z.object({
        ...alertWords,
        state: z.enum(ALERT_STATES),
        sinceTs: epochSeconds,
        acknowledgedTs: epochSeconds.nullable(),
        silencedUntilTs: epochSeconds.nullable(),
      }),
    ),
    history: z.array(
      z.object({
        ...alertWords,
        id: z.string(),
        ts: epochSeconds,
        from: z.enum(ALERT_STATES),
        to: z.enum(ALERT_STATES),
        silenced: z.boolean(),
      }),
    ),
    routes: z.array(
      z.object({
        route: z.enum(ALERT_ROUTES),
        enabled: z.boolean(),
        delivered: z.number().int(),
        waiting: z.number().int(),
        dead: z.number().int(),
        lastError: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Alerts' });

const queueSchema = z.object({
  size: z.number().int(),
  enqueued: z.number().int().describe('Since the engine started'),
  maxsize: z.number().int().nullable().describe('null: no bound'),
  drops: z.number().int().describe('Since the engine started'),
  drops_by_reason: z.object(
    Object.fromEntries(DROP_REASONS.map((reason) => [reason, z.number().int()])) as Record<DropReason, z.ZodInt>,
  ),
  last_backpressure_ts: epochSeconds.nullable(),
});

export const pipelineSchema: z.ZodType<PipelineMetrics> = z
  .object({
    queues: z.object({
      Queue_Raw: queueSchema,
      Queue_RT_dyn: queueSchema,
      Queue_GPU: queueSchema,
      Queue_Out: queueSchema,
    }),
    timestamp: epochSeconds,
  })
  .meta({ id: 'Pipeline' });
