import { useConsole, useEngineThere } from '../state/console-context.ts';
import { words } from '../words.ts';
import { Figures } from './figures.tsx';
import { FrameResult } from './frame-result.tsx';
import { HistoryCharts } from './history-charts.tsx';
import { MaskControls } from './mask-controls.tsx';
import { Problems } from './problems.tsx';
import { SlicerClients } from './slicer-clients.tsx';

/** Beside the picture: what was found on it, how it is shown, and how the machine is doing. */
export function SidePanel() {
  const there = useEngineThere();
  const known = useConsole((state) => state.kpi !== null);
  return (
    <aside className="side">
      <div className="side-fixed">
        <FrameResult />
        <MaskControls />
      </div>
      <div className="side-scroll">
        <Problems />
        <div data-faded={!there}>
          {!there && known && <p className="last-known">{words.figures.lastKnown}</p>}
          <Figures />
          <SlicerClients />
          <HistoryCharts />
        </div>
      </div>
    </aside>
  );
}
