import { useRef, useState } from 'react';
import { saveFile } from '../components/save-file.ts';
import { useStore } from '../state/store.ts';
import { useWords } from '../words/index.ts';
import type { ChartDescription } from './chart-table.ts';
import { csvOf, jsonOf } from './export.ts';
import { chartsPicture } from './export-picture.ts';
import { performanceStore, RANGE_IDS } from './history-feed.ts';

/** Range, pause, zoom and export; shared by all charts. */
export function ChartTools({ charts }: { readonly charts: readonly ChartDescription[] }) {
  const { performance } = useWords();
  const range = useStore(performanceStore, (state) => state.range);
  const paused = useStore(performanceStore, (state) => state.paused);
  const isZoomed = useStore(performanceStore, (state) => state.zoom !== null);
  const isThere = useStore(performanceStore, (state) => state.timeline !== null);
  const tools = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const savePicture = async (): Promise<void> => {
    const root = tools.current?.parentElement;
    if (root == null) {
      return;
    }
    performanceStore.set({ savesPicture: true });
    try {
      await drawnAnew();
      save('png', await chartsPicture(root, performance.exportTitle(Date.now() / 1000)));
      setFailed(false);
    } catch {
      setFailed(true);
    } finally {
      performanceStore.set({ savesPicture: false });
    }
  };
  return (
    <div className="chart-tools" ref={tools}>
      <fieldset className="ranges" aria-label={performance.rangeLabel}>
        {RANGE_IDS.map((id) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === range}
            onClick={() => performanceStore.set({ range: id, zoom: null })}
          >
            {performance.ranges[id]}
          </button>
        ))}
      </fieldset>
      <button type="button" aria-pressed={paused} onClick={() => performanceStore.set({ paused: !paused })}>
        {paused ? performance.goOn : performance.pause}
      </button>
      {isZoomed && (
        <button type="button" data-primary="true" onClick={() => performanceStore.set({ zoom: null })}>
          {performance.zoomReset}
        </button>
      )}
      <span className="exports">
        <span>{performance.export}</span>
        <button type="button" disabled={!isThere} onClick={() => void savePicture()}>
          {performance.formats.png}
        </button>
        <button type="button" disabled={!isThere} onClick={() => save('csv', textOf(csvOf, charts))}>
          {performance.formats.csv}
        </button>
        <button type="button" disabled={!isThere} onClick={() => save('json', textOf(jsonOf, charts))}>
          {performance.formats.json}
        </button>
      </span>
      {failed && (
        <p className="refusal" role="alert">
          {performance.pictureFailed}
        </p>
      )}
    </div>
  );
}

/** After two frames what was asked for has been rendered, and the charts' own stores have followed. */
const drawnAnew = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

function textOf(write: typeof csvOf, charts: readonly ChartDescription[]): Blob {
  const { timeline } = performanceStore.get();
  return new Blob(timeline === null ? [] : [write(timeline, charts)], { type: 'text/plain' });
}

/** Hands a file to the reader under a name with the time in it. */
function save(extension: string, content: Blob): void {
  saveFile(`ultramotion-performance-${new Date().toISOString().replace(/[:.]/g, '-')}.${extension}`, content);
}
