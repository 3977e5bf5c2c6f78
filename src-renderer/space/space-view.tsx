import { useEffect, useRef, useState } from 'react';
import { Veil } from '../live/veil.tsx';
import { useClient, usePresentation } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { runFeed } from './feed.ts';
import { ScaleBar } from './scale-bar.tsx';
import { SpacePanel } from './space-panel.tsx';
import { SpaceScene } from './space-scene.ts';
import { spaceStore, surfacePoints, useSpaceView } from './space-store.ts';
import './space.css';

/** The bone surface gathered so far, and the picture where it was taken. */
export function SpaceView() {
  const words = useWords();
  const presentation = usePresentation();
  const { stage, canvas, pixelsPerMm, failure } = useScene();
  const { kind } = presentation;
  return (
    <div className="space">
      <div className="space-stage" ref={stage} data-tone={presentation.tone}>
        <canvas ref={canvas} aria-label={words.space.stage} role="img" tabIndex={-1} />
        {failure !== null && (
          <p className="space-failure" role="alert">
            {words.space.noWebgl} {failure}
          </p>
        )}
        {failure === null && pixelsPerMm !== null && <ScaleBar pixelsPerMm={pixelsPerMm} />}
        {kind !== null && (
          <p className="space-kind" data-kind={kind}>
            {words.state.kinds[kind].word}
          </p>
        )}
        <Veil presentation={presentation} />
      </div>
      <SpacePanel />
    </div>
  );
}

/** The scene on the canvas, for as long as the view is open. */
function useScene() {
  const client = useClient();
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scene, setScene] = useState<SpaceScene | null>(null);
  const [pixelsPerMm, setPixelsPerMm] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const colour = useSpaceView((state) => state.colour);
  const resets = useSpaceView((state) => state.cameraResets);
  useEffect(() => {
    const [area, element] = [stage.current, canvas.current];
    if (area === null || element === null) {
      return;
    }
    let made: SpaceScene;
    try {
      made = new SpaceScene(element, setPixelsPerMm);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      return;
    }
    const observer = new ResizeObserver(() => made.resize(area.clientWidth, area.clientHeight));
    observer.observe(area);
    setScene(made);
    const endFeed = runFeed(client, {
      points: () => made.setPoints(surfacePoints, spaceStore.get().colour),
      plane: (plane, picture) => made.setPlane(plane, picture),
    });
    return () => {
      endFeed();
      observer.disconnect();
      made.dispose();
      setScene(null);
    };
  }, [client]);
  useEffect(() => scene?.setPoints(surfacePoints, colour), [scene, colour]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each count is one more press of the key.
  useEffect(() => scene?.resetCamera(), [scene, resets]);
  return { stage, canvas, pixelsPerMm, failure };
}
