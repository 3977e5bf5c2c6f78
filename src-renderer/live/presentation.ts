/**
 * What the operator is told about the picture: one word in the corner, a veil where the picture is not live, a band
 * where it is not a patient. Decided here and nowhere else; words for it are in the catalogues.
 */
import type { EngineSnapshot, Liveness, SourceKind } from '../../src-shared/index.ts';
import type { CineReport, EngineLink, ShownPicture } from './worker-protocol.ts';

/** Without any word from the engine for this long, nothing it said is true any more (it speaks twice a second). */
export const ENGINE_SILENT_AFTER_MS = 1500;

/** Design, section 4: a picture is stale after three frame periods, at least this long. */
const STALE_AT_LEAST_MS = 250;
const STALE_AFTER_PERIODS = 3;
/** A slow model makes every picture late; beyond this it is called old all the same. */
const SLOW_MASK_AT_MOST_MS = 1000;

export type NotLiveKind = Exclude<SourceKind, 'live'>;
export type ShownState = Liveness | 'DEMO' | 'REPLAY' | 'SIMULATED' | 'FREEZE' | 'ENGINE LOST' | 'RELOAD';

/**
 * live: a patient, now. pretend: moving, but no patient. freeze: stopped by this operator. alarm: an old picture.
 * idle: no picture at all.
 */
export type Tone = 'live' | 'pretend' | 'freeze' | 'alarm' | 'idle';

export interface Presentation {
  readonly state: ShownState;
  readonly tone: Tone;
  /** Where the picture comes from when that is no scanner on a patient; said beside every other state. */
  readonly kind: NotLiveKind | null;
  /** Words over the whole picture; null only while the picture is fresh. */
  readonly veil: Exclude<ShownState, 'LIVE' | 'DEMO' | 'REPLAY' | 'SIMULATED' | 'FREEZE'> | 'WAITING' | null;
  readonly ageMs: number | null;
  /** Only while frozen: what the corner would say of the feed, which goes on behind the frozen picture. */
  readonly behind: { readonly state: ShownState; readonly tone: Tone } | null;
}

export interface PresentationInput {
  readonly link: EngineLink;
  /** No word from the engine for `ENGINE_SILENT_AFTER_MS`. */
  readonly engineSilent: boolean;
  readonly snapshot: EngineSnapshot | null;
  readonly picture: Pick<ShownPicture, 'ageMs' | 'sourceKind'> | null;
  /** The operator stopped the picture. */
  readonly cine: CineReport | null;
}

/** Even without a picture, these are faults somebody must act on. */
const FAULTS: readonly string[] = ['ENGINE LOST', 'LINK LOST', 'SOURCE FAILED'];

const STATE_OF_KIND: Record<NotLiveKind, 'DEMO' | 'REPLAY' | 'SIMULATED'> = {
  demo: 'DEMO',
  replay: 'REPLAY',
  simulated: 'SIMULATED',
};

/**
 * The picture whose age is judged. In sight: the one that was painted. Behind another view: the newest that came, as the
 * browser may paint what nobody sees late or not at all, and the corner then speaks of the feed.
 */
export function judgedPicture<P extends { readonly ageMs: number }>(
  view: { readonly picture: P | null; readonly newestAgeMs: number | null } | null,
  isInSight: boolean,
): P | null {
  const { picture = null, newestAgeMs = null } = view ?? {};
  return picture === null || isInSight || newestAgeMs === null ? picture : { ...picture, ageMs: newestAgeMs };
}

/** What is shown: of the feed, or of the picture that the operator stopped while the feed goes on. Pure. */
export function present(input: PresentationInput): Presentation {
  const { cine, picture } = input;
  if (cine === null || picture === null) {
    return presentFeed(input);
  }
  const feed = presentFeed({ ...input, picture: { ...picture, ageMs: cine.feedAgeMs } });
  return {
    state: 'FREEZE',
    tone: 'freeze',
    kind: feed.kind,
    veil: null,
    ageMs: picture.ageMs,
    behind: { state: feed.state, tone: feed.tone },
  };
}

/** The one place where liveness, origin and connection become what is shown. */
function presentFeed(input: PresentationInput): Presentation {
  const { link, snapshot, picture } = input;
  const kind = notLiveKind(picture, snapshot);
  const ageMs = picture?.ageMs ?? null;
  const notLive = (state: NonNullable<Presentation['veil']>): Presentation => ({
    state: state === 'WAITING' ? 'CONNECTING' : state,
    tone: picture === null && !FAULTS.includes(state) ? 'idle' : 'alarm',
    kind,
    veil: state,
    ageMs,
    behind: null,
  });

  if (link.state === 'mismatch') {
    return notLive('RELOAD');
  }
  if (link.state === 'lost') {
    return notLive('ENGINE LOST');
  }
  if (link.state === 'connecting' || snapshot === null) {
    return notLive(input.engineSilent ? 'ENGINE LOST' : 'CONNECTING');
  }
  if (input.engineSilent) {
    return notLive('ENGINE LOST');
  }
  if (snapshot.liveness !== 'LIVE') {
    return notLive(snapshot.liveness);
  }
  if (picture === null) {
    return notLive('WAITING');
  }
  if (picture.ageMs > freshLimitMs(snapshot.framePeriodMs, maskWaitMs(snapshot))) {
    // The engine receives, but nothing new reaches this screen: to the operator that is the same old picture.
    return notLive('STALE');
  }
  return kind === null
    ? { state: 'LIVE', tone: 'live', kind, veil: null, ageMs, behind: null }
    : { state: STATE_OF_KIND[kind], tone: 'pretend', kind, veil: null, ageMs, behind: null };
}

/**
 * How long a picture may wait for its mask before it is old: as set, or longer while masks take longer, but never so long
 * that anybody would call it old.
 */
export function maskWaitMs({ settings, inference }: Pick<EngineSnapshot, 'settings' | 'inference'>): number {
  return Math.max(settings['view.noMaskAfterMs'], Math.min(inference.noMaskAfterMs, SLOW_MASK_AT_MOST_MS));
}

/** Oldest a picture on screen may be while the feed runs: the stale limit, and the time a frame may wait for its mask. */
export function freshLimitMs(framePeriodMs: number | null, noMaskAfterMs: number): number {
  const periods = STALE_AFTER_PERIODS * (framePeriodMs ?? 0);
  return Math.max(STALE_AT_LEAST_MS, Math.min(periods, 3000)) + noMaskAfterMs;
}

/** Live only when both the picture on screen and the source that is set say so. */
function notLiveKind(picture: PresentationInput['picture'], snapshot: EngineSnapshot | null): NotLiveKind | null {
  const kinds = [picture?.sourceKind, snapshot?.source.kind];
  return kinds.find((kind): kind is NotLiveKind => kind !== undefined && kind !== 'live') ?? null;
}

/** How many frames the mask on screen is made of, where that is more than its own; then it must be said beside it. */
export function smoothedOver({
  snapshot,
  view,
}: {
  readonly snapshot: Pick<EngineSnapshot, 'inference'> | null;
  readonly view: { readonly picture: Pick<ShownPicture, 'hasMask'> | null } | null;
}): number | null {
  const frames = snapshot?.inference.smoothFrames ?? 1;
  return frames > 1 && view?.picture?.hasMask === true ? frames : null;
}

/** What is said about the result of the frame on screen. `null`: there is no frame to speak of. */
export type ResultWord = 'bone' | 'no-bone' | 'ai-off' | 'ai-failed' | 'frame-skipped' | 'no-mask';

/** The result of the shown frame; a frame shown without one is NO MASK, never "no bone". */
export function resultWord(picture: Pick<ShownPicture, 'state'> | null): ResultWord | null {
  if (picture === null) {
    return null;
  }
  return picture.state ?? 'no-mask';
}
