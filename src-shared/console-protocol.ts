/**
 * What the engine and a console say to each other, over a MessagePort (Electron) or one WebSocket (browser).
 *
 * Text messages are JSON of the two tables below; pictures are binary (`frame-codec.ts`). The first message in either
 * direction is `hello`; a protocol mismatch asks for a reload. Everything a console sends passes `consoleMessageSchema`.
 */
import { z } from 'zod';
import type { Alert, AlertOverview } from './alerts.ts';
import type { SourceKind } from './frame.ts';
import type { HealthReport } from './health.ts';
import type { KpiSample, Liveness } from './kpi.ts';
import type { MetricListing } from './metrics.ts';
import { addModelSchema, type ModelCheck, type ModelListing, modelIdSchema } from './models.ts';
import type { MetricHistory } from './monitoring.ts';
import type { ProviderReport } from './providers.ts';
import {
  EXPORT_FORMATS,
  type RecordingCheck,
  type RecordingInfo,
  type RecordingStatus,
  recordingLabelSchema,
  recordingNameSchema,
} from './recording.ts';
import type { Saying } from './sayings.ts';
import {
  type SettingKey,
  type SettingOverride,
  type Settings,
  type SettingsPatch,
  settingsPatchSchema,
} from './settings.ts';
import type { SpacePoints, SpaceStatus } from './space.ts';

/** Raised with every change that an older console or engine would misread. */
export const CONSOLE_PROTOCOL = 1;

/** Largest text message either side accepts; settings and snapshots are a few kilobytes. */
export const MAX_TEXT_BYTES = 256 * 1024;

/** Largest picture message: 4096 x 4096 RGB and its mask. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** Pictures under way to one console at a time; beyond it the newest waits and older ones count as coalesced. */
export const FRAMES_IN_FLIGHT = 2;

/** A history of this many figures and points fits into a text message, with lowest and highest values. */
export const MAX_HISTORY_FIGURES = 16;
export const MAX_HISTORY_POINTS = 400;

const address = z.string().trim().min(1).max(4096);
const remoteRoute = z.enum(['webhook', 'slack']);
const alertKey = z.string().min(1).max(256);

/** One row per command: what it takes and what it returns. */
export const commandSchemas = {
  /** Makes `address` the source and connects; remembered as setting `source.address`. */
  'source.connect': z.strictObject({ address }),
  'source.disconnect': z.strictObject({}),
  'publisher.connect': z.strictObject({ address }),
  'publisher.disconnect': z.strictObject({}),
  /** Loads the model beside the one that works; it takes over between two frames, or stays away and says why. */
  'model.choose': z.strictObject({ id: z.string().min(1).max(64) }),
  'settings.update': z.strictObject({ patch: settingsPatchSchema }),
  /** Begins a recording, named after date and time and, if given, the label. */
  'recording.start': z.strictObject({ label: recordingLabelSchema.optional() }),
  'recording.stop': z.strictObject({}),
  /** Of a recording that is the source. */
  'replay.pause': z.strictObject({ paused: z.boolean() }),
  'replay.seek': z.strictObject({ frame: z.number().int().min(0) }),
  'recordings.list': z.strictObject({}),
  'recordings.verify': z.strictObject({ name: recordingNameSchema }),
  'recordings.recover': z.strictObject({ name: recordingNameSchema }),
  /** Writes `<name>.<format>` beside the recording. */
  'recordings.export': z.strictObject({ name: recordingNameSchema, format: z.enum(EXPORT_FORMATS) }),
  /** Ends an export or check of it; half-written files go. */
  'recordings.cancel': z.strictObject({ name: recordingNameSchema }),
  'recordings.delete': z.strictObject({ name: recordingNameSchema }),
  /** Points of the bone surface from number `since` on, and where the picture with these time-stamp bits lies. */
  'space.points': z.strictObject({
    generation: z.number().int().min(0),
    since: z.number().int().min(0),
    tsBits: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .nullable(),
  }),
  /** Forgets all points. */
  'space.clear': z.strictObject({}),
  /** Sends them to Slicer as POLYDATA, once. */
  'space.publish': z.strictObject({}),
  'models.list': z.strictObject({}),
  /** Compares files with their manifests: of one model, or of all. */
  'models.verify': z.strictObject({ id: modelIdSchema.optional() }),
  'models.add': addModelSchema,
  'models.remove': z.strictObject({ id: modelIdSchema }),
  'alerts.list': z.strictObject({}),
  'alerts.acknowledge': z.strictObject({ key: alertKey }),
  /** Changes of this alert (`*`: of all) are not sent to the routes for so long; 0 ends it. */
  'alerts.silence': z.strictObject({ key: alertKey, seconds: z.number().min(0).max(86_400) }),
  /** Every figure there is, with those registered besides. */
  'metrics.list': z.strictObject({}),
  /** What the charts draw: some figures by their metric names, at most `points` values of each, from memory and disk. */
  'metrics.history': z.strictObject({
    figures: z.array(z.string().min(1).max(64)).min(1).max(MAX_HISTORY_FIGURES),
    points: z.number().int().min(1).max(MAX_HISTORY_POINTS),
    /** Epoch seconds, inclusive; open where absent. */
    from: z.number().optional(),
    to: z.number().optional(),
  }),
  /** Sends one event that says it is a test. */
  'alerts.test-route': z.strictObject({ route: remoteRoute }),
  /** Sends again what the receiver did not take in all its tries. */
  'alerts.replay': z.strictObject({ route: remoteRoute }),
  /** Packs logs and the history of alerts for support, secrets masked. */
  'logs.bundle': z.strictObject({}),
  /** Opens a source beside the running one until its first frame, and says what was found. */
  'source.test': z.strictObject({ address }),
  /** Whether masks could go there; sends nothing. */
  'publisher.test': z.strictObject({ address }),
} as const;

export type CommandName = keyof typeof commandSchemas;

/**
 * Commands that only tell something (`….list`, `….history`, `….points`): whoever may look may give them, and no audit line is
 * written for them. Every other command takes the role `operate`.
 */
export const isReadingCommand = (name: CommandName): boolean => /\.(list|history|points)$/.test(name);

export type CommandArguments<N extends CommandName> = z.infer<(typeof commandSchemas)[N]>;
export interface CommandResults {
  'source.connect': null;
  'source.disconnect': null;
  'publisher.connect': null;
  'publisher.disconnect': null;
  /** It has begun; `inference` of the snapshots says how it goes on. */
  'model.choose': null;
  /** The settings now in force, and the keys whose change waits for a restart of the engine. */
  'settings.update': { readonly settings: Settings; readonly needRestart: readonly (keyof SettingsPatch)[] };
  'recording.start': { readonly name: string };
  'recording.stop': { readonly name: string; readonly frames: number; readonly lost: number };
  'replay.pause': null;
  'replay.seek': null;
  'recordings.list': { readonly folder: string; readonly recordings: readonly RecordingInfo[] };
  'recordings.verify': RecordingCheck;
  'recordings.recover': { readonly name: string; readonly frames: number; readonly repairs: readonly string[] };
  'recordings.export': {
    readonly files: readonly string[];
    readonly frames: number;
    /** What whoever opens the files should know. */
    readonly notes: readonly string[];
  };
  'recordings.cancel': null;
  'recordings.delete': null;
  'space.points': SpacePoints;
  'space.clear': null;
  'space.publish': { readonly points: number; readonly clients: number };
  'models.list': { readonly models: readonly ModelListing[] };
  'models.verify': { readonly checks: readonly ModelCheck[] };
  'models.add': { readonly model: ModelListing };
  'models.remove': null;
  'alerts.list': AlertOverview;
  'alerts.acknowledge': null;
  'alerts.silence': null;
  'metrics.list': { readonly metrics: readonly MetricListing[] };
  'metrics.history': MetricHistory;
  /** `message`: what the receiver said instead; null when it took it. */
  'alerts.test-route': { readonly delivered: boolean; readonly message: string | null };
  'alerts.replay': { readonly replayed: number };
  'logs.bundle': {
    /** `GET /api/logs/bundles/NAME` answers with it. */
    readonly name: string;
    /** Where it lies on the engine's machine. */
    readonly file: string;
    readonly bytes: number;
    /** What is in it. */
    readonly entries: readonly string[];
  };
  'source.test': ConnectionTest;
  'publisher.test': ConnectionTest;
}

/** What a test of an address found. */
export type ConnectionTest =
  | {
      readonly ok: true;
      readonly found: 'frame';
      readonly device: string;
      readonly size: readonly [columns: number, rows: number];
      /** From asking to the first frame. */
      readonly ms: number;
    }
  /** `listener`: somebody takes our connection. `free-port`: we could listen. `ours`: we do already. */
  | { readonly ok: true; readonly found: 'listener' | 'free-port' | 'ours' }
  /** Why not. `said`: as consoles say it; null where there is no sentence for it. */
  | { readonly ok: false; readonly message: string; readonly said: Saying | null };

const finite = z.number().refine(Number.isFinite);

/** Console -> engine. */
export const consoleMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    protocol: z.number().int(),
    build: z.string().max(64),
    /** False: a page of figures only; no picture is sent to it. */
    pictures: z.boolean().optional(),
  }),
  /** Gives back one of the two picture credits; `paintedMs` is the engine's clock as this console maps it, null if not painted. */
  z.strictObject({ type: z.literal('ack'), seq: z.number().int().min(0), paintedMs: finite.nullable() }),
  z.strictObject({ type: z.literal('echo'), consoleMs: finite }),
  z.strictObject({
    type: z.literal('command'),
    id: z.number().int().min(0),
    name: z.enum(Object.keys(commandSchemas) as [CommandName, ...CommandName[]]),
    arguments: z.unknown(),
  }),
]);
export type ConsoleMessage = z.infer<typeof consoleMessageSchema>;

/** Engine -> console. */
export type EngineMessage =
  /** `role`: a console that may only look (`view`) has its commands refused. */
  | { readonly type: 'hello'; readonly protocol: number; readonly build: string; readonly role: 'view' | 'operate' }
  | { readonly type: 'snapshot'; readonly snapshot: EngineSnapshot }
  | { readonly type: 'kpi'; readonly sample: KpiSample }
  | { readonly type: 'echo'; readonly consoleMs: number; readonly engineMs: number }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  /** `said`: the same as consoles say it; null where there is no sentence for it. */
  | { readonly type: 'error'; readonly id: number; readonly message: string; readonly said: Saying | null };

export type SourceLink = 'disconnected' | 'connecting' | 'connected' | 'failed';
export type InferenceLink = 'off' | 'starting' | 'ready' | 'restarting' | 'failed';
export type PublisherLink = 'disconnected' | 'connecting' | 'listening' | 'connected' | 'failed';

/** One thing wrong now: keyed, so that it is shown once and goes away by itself when its cause does. */
export interface Problem {
  readonly key: string;
  readonly severity: 'info' | 'warning' | 'critical';
  /** What happened, with the thing, the value and the limit. */
  readonly message: string;
  /** The same as consoles say it; null where there is no sentence for it. */
  readonly said: Saying | null;
  /** Times it has happened since the engine started. */
  readonly count: number;
}

/** Everything a console shows beside the picture and the figures. Sent on every change and at least twice a second. */
export interface EngineSnapshot {
  readonly build: string;
  readonly source: {
    readonly address: string;
    readonly kind: SourceKind;
    readonly link: SourceLink;
    /** Why it is not connected; null when it is. */
    readonly message: string | null;
    /** The same as consoles say it; null where there is no sentence for it. */
    readonly said: Saying | null;
    readonly deviceName: string | null;
    readonly size: readonly [columns: number, rows: number] | null;
    /** Where a recording stands that is played; null for any other source. */
    readonly replay: {
      readonly frame: number;
      readonly frames: number;
      /** Recorded time since its first frame. */
      readonly timeS: number;
      readonly durationS: number;
      readonly isPaused: boolean;
    } | null;
  };
  readonly liveness: Liveness;
  /** Age of the newest frame, ms; null before the first. */
  readonly frameAgeMs: number | null;
  /** Median time between frames, ms; null before it is known. What is fresh depends on it. */
  readonly framePeriodMs: number | null;
  readonly inference: {
    readonly link: InferenceLink;
    readonly modelId: string;
    readonly provider: string | null;
    /** What runs each of the model's files, and what was tried before. */
    readonly providers: readonly ProviderReport[];
    readonly message: string | null;
    readonly said: Saying | null;
    readonly restarts: number;
    /** The model that is being loaded to take over; null: none is. */
    readonly nextModelId: string | null;
    /** Frames a mask is the majority of; 1: of its own frame alone. Anything else is named on screen. */
    readonly smoothFrames: number;
    /** How long a picture waits for its mask now, ms: `view.noMaskAfterMs`, or longer while masks take longer. */
    readonly noMaskAfterMs: number;
  };
  readonly publisher: {
    readonly address: string;
    readonly link: PublisherLink;
    readonly message: string | null;
    readonly said: Saying | null;
    readonly device: string;
    /** False: this source's masks are not published unless asked for (demo, replay). */
    readonly enabled: boolean;
    readonly clients: readonly {
      readonly address: string;
      readonly headerVersion: 1 | 2;
      readonly sent: number;
      readonly dropped: number;
    }[];
  };
  readonly recording: RecordingStatus;
  readonly space: SpaceStatus;
  readonly settings: Settings;
  /** Settings given by the command line or the environment, until they are changed at run time. */
  readonly settingOverrides: Readonly<Partial<Record<SettingKey, SettingOverride>>>;
  /** Changed, and not acted on before the engine is restarted. */
  readonly awaitingRestart: readonly SettingKey[];
  readonly problems: readonly Problem[];
  readonly health: Pick<HealthReport, 'health' | 'reasons'>;
  /** pending, warning, critical and recovering, worst first. */
  readonly alerts: readonly Alert[];
}
