import { Problems } from '../alerts/index.ts';
import { PublisherForm, SourceForm } from '../components/connection-forms.tsx';
import { useConsole, useEngineThere } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { Figures } from './figures.tsx';
import { FrameResult } from './frame-result.tsx';
import { MaskControls } from './mask-controls.tsx';
import { SlicerClients } from './slicer-clients.tsx';
import { ViewControls } from './view-controls.tsx';

/** Beside the picture: what was found on it, how it is shown, where it comes from and how the machine is doing. */
export function SidePanel() {
  const { live } = useWords();
  const there = useEngineThere();
  const known = useConsole((state) => state.kpi !== null);
  return (
    <aside className="side" aria-label={live.panel}>
      <div className="side-fixed">
        <FrameResult />
        <MaskControls />
        <ViewControls />
      </div>
      <div className="side-scroll">
        <Problems />
        <section className="panel connections" aria-label={live.connections}>
          <SourceForm />
          <PublisherForm />
        </section>
        <div data-faded={!there}>
          {!there && known && <p className="last-known">{live.figures.lastKnown}</p>}
          <Figures />
          <SlicerClients />
        </div>
      </div>
    </aside>
  );
}
