import { type CSSProperties, useEffect, useRef } from 'react';
import { Guide, useGuide } from '../guide/index.ts';
import { useConsole, usePresentation } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { CineBar } from './cine-bar.tsx';
import type { Rectangle } from './geometry.ts';
import { liveStore, useLiveView } from './live-store.ts';
import { lengthMm } from './measure.ts';
import { PicturePane } from './picture-pane.tsx';
import { type Presentation, resultWord, smoothedOver } from './presentation.ts';
import { SidePanel } from './side-panel.tsx';
import { StageDrawing } from './stage-drawing.tsx';
import { useAreaOf, usePicturePlace } from './use-picture-place.ts';
import { useShownResult } from './use-shown-result.ts';
import { useStageKeys } from './use-stage-keys.ts';
import { useStagePointer } from './use-stage-pointer.ts';
import { Veil } from './veil.tsx';
import { NO_ZOOM } from './view-transform.ts';

/** The picture, as large as its place allows, with what must be said over it. */
export function LiveView({ hidden }: { readonly hidden: boolean }) {
  const { live } = useWords();
  const presentation = usePresentation();
  const panelOpen = useLiveView((state) => state.panelOpen);
  const split = useLiveView((state) => state.split);
  const guided = useGuide((state) => state.open);
  useFreshStart();
  return (
    <main className="live" hidden={hidden} aria-label={live.stage} data-panel={guided ? 'guide' : panelOpen}>
      <div className="stage" data-tone={presentation.tone} data-split={split}>
        {split && <RawHalf presentation={presentation} />}
        <OverlayHalf presentation={presentation} split={split} />
        <Veil presentation={presentation} />
      </div>
      <CineBar />
      {guided ? <Guide /> : panelOpen && <SidePanel />}
    </main>
  );
}

/** Distances and enlargement belong to a grid: another source, size or scale begins without them. */
function useFreshStart(): void {
  const grid = useConsole((state) => {
    const { picture = null } = state.view ?? {};
    return picture === null ? null : [state.snapshot?.source.address, ...picture.size, ...picture.mmPerPixel].join(' ');
  });
  const before = useRef(grid);
  useEffect(() => {
    if (grid !== null && before.current !== grid) {
      if (before.current !== null) {
        liveStore.set({ calipers: [], zoom: NO_ZOOM });
      }
      before.current = grid;
    }
  }, [grid]);
}

function OverlayHalf({ presentation, split }: { readonly presentation: Presentation; readonly split: boolean }) {
  const { live } = useWords();
  const half = useRef<HTMLDivElement>(null);
  const place = usePicturePlace(useAreaOf(half));
  const tool = useLiveView((state) => state.tool);
  const { draft, handlers } = useStagePointer(half, place);
  const { laid, measures, onKeyDown } = useStageKeys(half, place);
  const mmPerPixel = useConsole((state) => state.view?.picture?.mmPerPixel ?? null);
  const scaleOrigin = useConsole((state) => state.view?.picture?.scaleOrigin ?? 'source');
  return (
    <div
      className="half"
      ref={half}
      data-tool={tool}
      {...(measures && { tabIndex: 0, role: 'application', 'aria-label': live.measure.byKeyboard, onKeyDown })}
      {...handlers}
    >
      <PicturePane pane="overlay" place={place} />
      {place !== null && (
        <>
          <div className="over" style={placeOf(place.visible)}>
            <KindBand presentation={presentation} />
            <Badges />
          </div>
          <StageDrawing place={place} draft={draft ?? laid} />
        </>
      )}
      {laid !== null && mmPerPixel !== null && (
        <p className="spoken" role="status">
          {live.measure.length(lengthMm(laid, mmPerPixel), scaleOrigin)}
        </p>
      )}
      {split && <p className="half-name">{live.split.overlay}</p>}
    </div>
  );
}

function RawHalf({ presentation }: { readonly presentation: Presentation }) {
  const { live } = useWords();
  const half = useRef<HTMLDivElement>(null);
  const place = usePicturePlace(useAreaOf(half));
  return (
    <div className="half" ref={half}>
      <PicturePane pane="raw" place={place} />
      {place !== null && (
        <>
          <div className="over" style={placeOf(place.visible)}>
            <KindBand presentation={presentation} />
          </div>
          <StageDrawing place={place} draft={null} />
        </>
      )}
      <p className="half-name">{live.split.raw}</p>
    </div>
  );
}

function placeOf({ x, y, width, height }: Rectangle): CSSProperties {
  return { left: x, top: y, width, height };
}

/** No patient: said across the picture in a way that leaves it usable. */
function KindBand({ presentation }: { readonly presentation: Presentation }) {
  const words = useWords();
  if (presentation.kind === null) {
    return null;
  }
  const { word, text } = words.state.kinds[presentation.kind];
  return (
    <div className="kind" data-kind={presentation.kind}>
      <span className="kind-mark" aria-hidden="true" style={{ '--letters': word.length } as CSSProperties}>
        {word}
      </span>
      <p className="kind-band">
        <strong>{word}</strong> {text}
      </p>
    </div>
  );
}

/** That the picture on screen has no result, and why; comes and goes with that picture. Empty for React. */
function MissingBadge() {
  const { live } = useWords();
  const badge = useRef<HTMLSpanElement>(null);
  useShownResult((result) => {
    const code = resultWord(result);
    const missing = code !== null && code !== 'bone' && code !== 'no-bone';
    if (badge.current !== null) {
      badge.current.hidden = !missing;
      badge.current.textContent = missing ? live.results[code] : '';
    }
  });
  return <span className="badge" data-tone="warn" ref={badge} />;
}

/** What the picture on screen lacks, and how it is not as the scanner shows it: on the picture itself. */
function Badges() {
  const { live } = useWords();
  const hidden = useConsole((state) => !state.style.visible || state.style.opacity === 0);
  const settings = useConsole((state) => state.snapshot?.settings ?? null);
  const assumed = useConsole((state) => (state.view?.picture?.scaleOrigin ?? 'source') !== 'source');
  const smoothed = useConsole((state) => smoothedOver(state));
  const notice = useLiveView((state) => state.notice);
  const turned = settings === null ? null : live.turned(settings);
  return (
    <p className="badges">
      <MissingBadge />
      {smoothed !== null && <span className="badge">{live.smoothed(smoothed)}</span>}
      {hidden && <span className="badge">{live.maskHidden}</span>}
      {turned !== null && <span className="badge">{turned}</span>}
      {assumed && <span className="badge">{live.scale.assumedShort}</span>}
      {notice !== null && (
        <span className="badge" role="status">
          {live.screenshot.notices[notice]}
        </span>
      )}
    </p>
  );
}
