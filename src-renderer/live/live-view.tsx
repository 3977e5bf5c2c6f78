import { type CSSProperties, type RefObject, useEffect, useRef, useState } from 'react';
import { useClient, useConsole, usePresentation } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { letterbox, type Rectangle } from './geometry.ts';
import { useLiveView } from './live-store.ts';
import { type Presentation, resultWord } from './presentation.ts';
import { SidePanel } from './side-panel.tsx';

/** The picture, as large as its place allows, with what must be said over it. */
export function LiveView({ hidden }: { readonly hidden: boolean }) {
  const { live } = useWords();
  const stage = useRef<HTMLDivElement>(null);
  const holder = useRef<HTMLDivElement>(null);
  const area = useAreaOf(stage);
  const picture = useConsole((state) => state.view?.picture ?? null);
  const presentation = usePresentation();
  const panelOpen = useLiveView((state) => state.panelOpen);
  useCanvasIn(holder);

  const box = picture === null ? null : letterbox(area, picture.size, picture.mmPerPixel, window.devicePixelRatio);
  return (
    <main className="live" hidden={hidden} aria-label={live.stage} data-panel={panelOpen}>
      <div className="stage" ref={stage} data-tone={presentation.tone}>
        <div className="picture" ref={holder} style={placeOf(box)} />
        {box !== null && (
          <div className="over" style={placeOf(box)}>
            <KindBand presentation={presentation} />
            <Badges />
          </div>
        )}
        <Veil presentation={presentation} />
      </div>
      {panelOpen && <SidePanel />}
    </main>
  );
}

function placeOf(box: Rectangle | null): React.CSSProperties {
  return box === null ? { visibility: 'hidden' } : { left: box.x, top: box.y, width: box.width, height: box.height };
}

/** Size of an element in CSS pixels, followed as it changes. */
function useAreaOf(element: RefObject<HTMLElement | null>): readonly [width: number, height: number] {
  const [area, setArea] = useState<readonly [number, number]>([0, 0]);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) {
        setArea([entry.contentRect.width, entry.contentRect.height]);
      }
    });
    if (element.current !== null) {
      observer.observe(element.current);
    }
    return () => observer.disconnect();
  }, [element]);
  return area;
}

/** Puts a canvas into `holder` and hands it to the worker; a worker that needs another kind of context gets a new one. */
function useCanvasIn(holder: RefObject<HTMLElement | null>): void {
  const client = useClient();
  useEffect(() => {
    client.provideCanvas(() => {
      const canvas = document.createElement('canvas');
      holder.current?.replaceChildren(canvas);
      return canvas.transferControlToOffscreen();
    });
  }, [client, holder]);
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

/** What the picture on screen lacks, on the picture itself. */
function Badges() {
  const words = useWords();
  const result = useConsole((state) => resultWord(state.view?.picture ?? null));
  const hidden = useConsole((state) => !state.style.visible || state.style.opacity === 0);
  const missing = result !== null && result !== 'bone' && result !== 'no-bone';
  return (
    <p className="badges">
      {missing && (
        <span className="badge" data-tone="warn">
          {words.live.results[result]}
        </span>
      )}
      {hidden && <span className="badge">{words.live.maskHidden}</span>}
    </p>
  );
}

function Veil({ presentation }: { readonly presentation: Presentation }) {
  const words = useWords();
  const link = useConsole((state) => state.link);
  const message = useConsole((state) => state.snapshot?.source.message ?? null);
  if (presentation.veil === null) {
    return null;
  }
  const { title, text } = words.state.veils[presentation.veil];
  const aboutSource = presentation.veil !== 'ENGINE LOST' && presentation.veil !== 'RELOAD';
  return (
    <div className="veil" data-tone={presentation.tone} role="alert">
      <p className="veil-title">{title}</p>
      <p className="veil-text">{text}</p>
      {presentation.kind !== null && presentation.tone === 'alarm' && (
        <p className="veil-kind">
          <strong>{words.state.kinds[presentation.kind].word}</strong> {words.state.kinds[presentation.kind].text}
        </p>
      )}
      {aboutSource && message !== null && <p className="veil-text">{message}</p>}
      {link.state === 'mismatch' && (
        <>
          <p className="veil-text">
            {words.state.engineBuild(link.engineBuild, window.consoleApi?.build ?? __ULTRAMOTION_BUILD__)}
          </p>
          <button type="button" data-primary onClick={() => location.reload()}>
            {words.state.reload}
          </button>
        </>
      )}
    </div>
  );
}
