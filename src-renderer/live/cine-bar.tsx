import { ActionButton } from '../actions/index.ts';
import { useClient, useConsole } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { sourceTime } from './source-time.ts';

/** Under a frozen picture: that it is frozen, that everything else goes on, and the way through the last seconds. */
export function CineBar() {
  const client = useClient();
  const { live } = useWords();
  const cine = useConsole((state) => state.view?.cine ?? null);
  const tsBits = useConsole((state) => state.view?.picture?.tsBits ?? 0n);
  const publishes = useConsole((state) => state.snapshot?.publisher.enabled ?? false);
  if (cine === null) {
    return null;
  }
  const time = sourceTime(tsBits);
  return (
    <section className="cine" aria-label={live.cine.title}>
      <p className="cine-words">
        <strong>{live.cine.onlyHere}</strong> {publishes ? live.cine.slicerGoesOn : live.cine.engineGoesOn}
      </p>
      <div className="cine-row">
        <ActionButton id="cine.back" showsKey>
          {live.cine.back}
        </ActionButton>
        <ActionButton id="cine.play" showsKey>
          {cine.playing ? live.cine.pause : live.cine.play}
        </ActionButton>
        <ActionButton id="cine.forward" showsKey>
          {live.cine.forward}
        </ActionButton>
        <input
          type="range"
          min={0}
          max={Math.max(0, cine.count - 1)}
          value={cine.index}
          aria-label={live.cine.position}
          aria-valuetext={live.cine.before(cine.beforeLastMs)}
          onChange={(event) => client.moveCine({ to: event.target.valueAsNumber })}
        />
        <span className="figure cine-place">{live.cine.place(cine.index + 1, cine.count)}</span>
        <span className="figure cine-before">{live.cine.before(cine.beforeLastMs)}</span>
        <span className="figure cine-time">{time === null ? live.cine.noTime : live.cine.time(time)}</span>
        <ActionButton id="picture.freeze" showsKey className="cine-go-on">
          {live.cine.goOn}
        </ActionButton>
      </div>
      {cine.shortened && <p className="cine-words">{live.cine.shortened(cine.spanMs)}</p>}
    </section>
  );
}
