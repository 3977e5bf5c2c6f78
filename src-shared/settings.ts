import { z } from 'zod';
import { alertSettings } from './alert-settings.ts';
import { ORIENTATIONS } from './frame.ts';
import { httpSettings } from './http-settings.ts';
import { PROVIDER_CHOICES } from './providers.ts';
import { SECRET_MASK, type SettingInfo, setting } from './setting.ts';
import { SPACE_GEOMETRIES } from './space.ts';

export { SECRET_MASK, type SettingInfo };

const MIB = 1024 * 1024;
const fraction = z.number().min(0).max(1);

/** Lowest first: what a logger lets through. `off` silences it. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'off'] as const;

/**
 * Every setting: key, type, range and default in one place (design, sections 4-7).
 * Flat dotted keys, so that a patch, an environment variable, a command-line flag and a row of the panel name the same thing.
 */
export const settingsSchema = z.strictObject({
  'source.address': setting(z.string().min(1).max(4096).default('phantom'), {
    title: 'Where frames come from: igtl://HOST:PORT, a recording, phantom[:SEED]',
    live: true,
    env: 'ULTRAMOTION_SOURCE',
  }),
  'source.imageDevice': setting(z.string().max(20).default(''), {
    title: 'IMAGE device to follow; empty follows the first one seen',
    live: true,
  }),
  'source.poseName': setting(z.string().max(64).default(''), {
    title: 'Transform that is the pose of the picture; empty follows the first one seen',
    live: true,
  }),
  'source.poseMaxSkewMs': setting(z.number().min(0).max(1000).default(20), {
    title: 'Largest time difference at which a transform still belongs to a picture',
    unit: 'ms',
    live: true,
  }),
  'source.mmPerPixel': setting(
    z
      .tuple([z.number().gt(0).max(10), z.number().gt(0).max(10)])
      .nullable()
      .default(null),
    { title: 'Pixel size of a source that does not state its own, along columns and rows', unit: 'mm', live: true },
  ),
  'source.orientation': setting(z.enum(ORIENTATIONS).default('MF'), {
    title: 'What the +x and +y axes of the picture point to',
    live: true,
  }),
  'source.framesPerSecond': setting(z.number().min(1).max(240).nullable().default(null), {
    title: 'Pace of a recording or the phantom; empty keeps the original times',
    unit: '1/s',
    live: true,
  }),
  'source.loop': setting(z.boolean().default(true), { title: 'Start a recording again at its end', live: true }),
  'source.speed': setting(z.number().min(0.1).max(10).default(1), {
    title: 'Speed of a recording: 2 plays it twice as fast as it was taken',
    live: true,
  }),
  'source.everyFrame': setting(z.boolean().default(false), {
    title: 'Play a recording without drops: each frame waits until the one before has its result',
    live: true,
  }),
  'source.checkCrc': setting(z.boolean().default(true), {
    title: 'Drop messages whose checksum is wrong',
    live: true,
  }),
  'source.maxMessageBytes': setting(
    z
      .number()
      .int()
      .min(1024)
      .max(2048 * MIB)
      .default(64 * MIB),
    { title: 'Largest message accepted from the source', unit: 'bytes', live: true },
  ),
  'publish.address': setting(z.string().max(512).default('igtl-server://127.0.0.1:18945'), {
    title: 'Where masks go: igtl-server://HOST:PORT (Slicer connects to us) or igtl://HOST:PORT; empty: nowhere',
    live: true,
    env: 'ULTRAMOTION_PUBLISH',
  }),
  'publish.allowedPeers': setting(z.array(z.string().max(64)).max(64).default([]), {
    title: 'Addresses allowed to connect when the publisher listens beyond loopback',
    live: true,
  }),
  'publish.demo': setting(z.boolean().default(false), { title: 'Publish masks of the demo source', live: true }),
  'publish.replay': setting(z.boolean().default(false), { title: 'Publish masks of replayed recordings', live: true }),
  'publish.labelValue': setting(z.number().int().min(1).max(255).default(1), {
    title: 'Value of bone in the published mask: 1 for label display, 255 for scalar display',
    live: true,
  }),
  'model.id': setting(z.string().min(1).max(64).default('bone-net'), { title: 'Model', live: true }),
  'model.enabled': setting(z.boolean().default(true), { title: 'Run the model', live: true }),
  'model.intraOpThreads': setting(z.number().int().min(1).max(64).default(1), {
    title: 'Threads one model run may use',
    live: true,
  }),
  'model.allowSpinning': setting(z.boolean().default(false), {
    title: 'Let idle model threads busy-wait (faster runs, one core burnt)',
    live: true,
  }),
  'mask.detectionThreshold': setting(fraction.nullable().default(null), {
    title: 'Score from which a detected box counts; empty: as the model says',
    live: true,
  }),
  'mask.threshold': setting(z.number().gt(0).lt(1).nullable().default(null), {
    title: 'Probability from which a pixel of a single-stage model is bone; empty: as the model says',
    live: true,
  }),
  'mask.minLengthMm': setting(z.number().min(0).max(100).nullable().default(null), {
    title: 'Pieces of a mask shorter than this along the probe are dropped; empty: as the model says',
    unit: 'mm',
    live: true,
  }),
  'mask.maxHoleMm2': setting(z.number().min(0).max(10_000).nullable().default(null), {
    title: 'Holes in a mask up to this area are filled; empty: as the model says',
    unit: 'mm²',
    live: true,
  }),
  'mask.smoothFrames': setting(z.number().int().min(1).max(9).default(1), {
    title: 'Frames of which most must agree on a pixel; 1: every mask is of its own frame alone',
    unit: 'frames',
    live: true,
  }),
  'model.providers': setting(z.array(z.enum(PROVIDER_CHOICES)).min(1).max(8).default(['auto']), {
    title:
      'Execution providers in the order they are tried; auto: cuda, dml, coreml, webgpu, cpu, passing over software and slower ones; a named one is taken even then',
    live: true,
  }),
  'model.device': setting(z.number().int().min(0).max(15).default(0), {
    title: 'Which of several graphics processors (CUDA, DirectML)',
    live: true,
  }),
  'queues.rtSize': setting(z.number().int().min(1).max(64).default(3), {
    title: 'Size of Queue_RT_dyn',
    unit: 'frames',
    live: false,
  }),
  'queues.gpuSize': setting(z.number().int().min(1).max(64).default(3), {
    title: 'Size of Queue_GPU',
    unit: 'frames',
    live: false,
  }),
  'queues.outSize': setting(z.number().int().min(1).max(64).default(3), {
    title: 'Size of Queue_Out',
    unit: 'results',
    live: false,
  }),
  'queues.maxLagMs': setting(z.number().min(1).max(500).nullable().default(null), {
    title: 'Frames waiting longer are dropped; empty: two frame periods, at most 500 ms',
    unit: 'ms',
    live: true,
  }),
  'space.geometry': setting(z.enum(SPACE_GEOMETRIES).default('auto'), {
    title:
      'What places a picture in space: image (its own matrix, which holds the pose), pose (the transform), auto (whichever moves)',
    live: true,
  }),
  'recording.folder': setting(z.string().max(4096).default(''), {
    title: 'Where recordings go; empty: the folder recordings in the data directory',
    live: true,
  }),
  'recording.onStart': setting(z.boolean().default(false), {
    title: 'Begin a recording when the engine starts',
    live: false,
  }),
  'recording.masks': setting(z.boolean().default(true), { title: 'Record the masks beside the pictures', live: true }),
  'recording.segmentMb': setting(z.number().int().min(1).max(2048).default(2048), {
    title: 'Largest file of a recording; then the next one is begun',
    unit: 'MiB',
    live: true,
  }),
  'recording.maxBacklogMb': setting(z.number().int().min(1).max(65_536).default(1024), {
    title: 'Memory that frames waiting for the disk may take; only beyond it are frames lost to the recording',
    unit: 'MiB',
    live: true,
  }),
  'recording.warnBacklogMb': setting(z.number().int().min(1).max(65_536).default(64), {
    title: 'Frames waiting for the disk that raise the alarm ARCHIVE BEHIND',
    unit: 'MiB',
    live: true,
  }),
  'recording.warnMinutes': setting(z.number().min(0).max(1440).default(30), {
    title: 'Warn when the disk is full in less than this at the present rate',
    unit: 'min',
    live: true,
  }),
  'recording.refuseMinutes': setting(z.number().min(0).max(1440).default(5), {
    title: 'Begin no recording when the disk would be full in less than this',
    unit: 'min',
    live: true,
  }),
  'recording.reserveMb': setting(z.number().int().min(16).max(1_000_000_000).default(512), {
    title: 'Free space recordings leave on the disk; they are ended before it is touched',
    unit: 'MiB',
    live: true,
  }),
  'view.renderer': setting(z.enum(['auto', 'webgl', '2d']).default('auto'), {
    title: 'How the picture is drawn',
    live: true,
  }),
  'view.maskOpacity': setting(z.number().min(0).max(1).default(0.45), { title: 'Opacity of the mask', live: true }),
  'view.maskShape': setting(z.enum(['fill', 'outline', 'surface']).default('fill'), {
    title: 'How the mask is drawn: filled, its outline, or only its edge towards the transducer',
    live: true,
  }),
  'view.maskColour': setting(z.enum(['blue', 'yellow', 'green', 'purple']).default('blue'), {
    title: 'Colour of the mask; all are told from gray and from each other by the colour-blind',
    live: true,
  }),
  'view.boxes': setting(z.boolean().default(true), {
    title: 'Show the boxes a detector drew around what it found, with the mask',
    live: true,
  }),
  'view.flipHorizontal': setting(z.boolean().default(false), {
    title: 'Show the picture mirrored left to right; display only, the data stay as they are',
    live: true,
  }),
  'view.flipVertical': setting(z.boolean().default(false), {
    title: 'Show the picture mirrored top to bottom; display only',
    live: true,
  }),
  'view.quarterTurns': setting(z.number().int().min(0).max(3).default(0), {
    title: 'Show the picture turned clockwise by so many quarter turns; display only',
    live: true,
  }),
  'view.cineSeconds': setting(z.number().min(1).max(60).default(10), {
    title: 'How far back a frozen picture can be scrolled; memory may allow less, which is said',
    unit: 's',
    live: true,
  }),
  'view.language': setting(z.enum(['auto', 'en', 'fr']).default('auto'), {
    title: 'Language of the console; auto: as the browser',
    live: true,
  }),
  'view.theme': setting(z.enum(['dark', 'light']).default('dark'), { title: 'Colours of the console', live: true }),
  'view.largeType': setting(z.boolean().default(false), {
    title: 'State, age and recording in type that is readable at 3 m',
    live: true,
  }),
  'view.guideDone': setting(z.boolean().default(false), {
    title: 'The guide of the first start has been gone through or skipped; off: it opens at the next start',
    live: true,
  }),
  'view.noMaskAfterMs': setting(z.number().min(20).max(5000).default(150), {
    title:
      'Without a mask for this long, or twice as long as masks take, the raw picture is shown with the badge NO MASK',
    unit: 'ms',
    live: true,
  }),
  ...httpSettings,
  'log.mode': setting(z.enum(['normal', 'perf']).default('normal'), {
    title: 'perf: log warnings and up only (never silences kpi.log)',
    live: true,
    env: 'LOG_MODE',
  }),
  'log.levels': setting(z.record(z.string().regex(/^igt(\.[a-z-]{1,32})?$/), z.enum(LOG_LEVELS)).default({}), {
    title: 'Lowest level logged by a component, e.g. {"igt.source": "debug"}; igt is all of them',
    live: true,
  }),
  'log.maxFileMb': setting(z.number().min(0.1).max(1024).default(20), {
    title: 'A log file larger than this is put aside and a new one begun',
    unit: 'MB',
    live: true,
  }),
  'log.maxFileHours': setting(
    z
      .number()
      .min(0.01)
      .max(24 * 366)
      .default(24),
    { title: 'A log file older than this is put aside and a new one begun', unit: 'h', live: true },
  ),
  'log.keepFiles': setting(z.number().int().min(1).max(1000).default(14), {
    title: 'Log files put aside that are kept, of each log',
    live: true,
  }),
  'kpi.intervalS': setting(z.number().min(0.2).max(60).default(1), {
    title: 'Time between two KPI samples',
    unit: 's',
    live: false,
  }),
  'kpi.logging': setting(z.boolean().default(true), {
    title: 'Write logs/kpi.log',
    live: true,
    env: 'KPI_LOGGING',
  }),
  'kpi.historySamples': setting(z.number().int().min(10).max(86_400).default(300), {
    title: 'KPI samples kept in memory',
    live: false,
  }),
  'kpi.historyDays': setting(z.number().int().min(0).max(366).default(7), {
    title: 'Days KPI samples are kept on disk; 0: not at all',
    unit: 'd',
    live: true,
  }),
  'gpu.probe': setting(z.string().max(4096).default('nvidia-smi'), {
    title: 'Program that reports GPU utilisation, memory and temperature; empty: none',
    live: false,
    ownerOnly: true,
  }),
  ...alertSettings,
});

export type Settings = Readonly<z.infer<typeof settingsSchema>>;
export type SettingKey = keyof Settings;
/** The part of a setting's name before the point. */
export type SettingGroup = SettingKey extends `${infer Group}.${string}` ? Group : never;
/** What a setting in force was given by when it is neither the settings file nor a console. */
export type SettingOverride = 'environment' | 'command-line';

/** Some settings with new values; what is absent stays as it is. */
export type SettingsPatch = Partial<Settings>;

export const SETTING_KEYS = Object.keys(settingsSchema.shape) as SettingKey[];

/** Accepts any subset of the settings, without filling in defaults for the others. */
export const settingsPatchSchema: z.ZodType<SettingsPatch> = z.strictObject(
  Object.fromEntries(SETTING_KEYS.map((key) => [key, settingsSchema.shape[key].unwrap().optional()])),
) as unknown as z.ZodType<SettingsPatch>;

/** All defaults. */
export const defaultSettings = (): Settings => settingsSchema.parse({});

/** The settings as others may see them: secrets that are set are masked. */
export function publicSettings(settings: Settings): Settings {
  const hidden = SETTING_KEYS.filter((key) => settingInfo(key).secret === true && settings[key] !== '');
  return { ...settings, ...Object.fromEntries(hidden.map((key) => [key, SECRET_MASK])) };
}

/** A patch without the secrets that came back masked: they stay as they are. */
export function withoutMasks(patch: SettingsPatch): SettingsPatch {
  const kept = Object.entries(patch).filter(
    ([key, value]) => !(value === SECRET_MASK && settingInfo(key as SettingKey).secret === true),
  );
  return Object.fromEntries(kept) as SettingsPatch;
}

/** Title, unit, liveness and environment name of one setting. */
export function settingInfo(key: SettingKey): SettingInfo {
  const info = settingsSchema.shape[key].meta();
  if (info === undefined) {
    throw new Error(`setting ${key} has no description`);
  }
  return info as unknown as SettingInfo;
}
