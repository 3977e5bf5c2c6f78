import type { ProviderReport } from '../../src-shared/index.ts';
import { ActionButton } from '../actions/index.ts';
import { useClient, useConsole } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { MASK_COLOURS, type MaskColour } from './palette.ts';

const COLOURS = Object.keys(MASK_COLOURS) as MaskColour[];

const isDetector = ({ role }: ProviderReport): boolean => role === 'detector';

/** Everything that changes how the picture is seen, with the key of each. */
export function ViewControls() {
  const client = useClient();
  const { live } = useWords();
  const style = useConsole((state) => state.style);
  const hasBoxes = useConsole(({ snapshot }) => snapshot?.inference.providers.some(isDetector) ?? false);
  return (
    <section className="panel controls" aria-label={live.controls.title}>
      <div className="control-grid">
        <ActionButton id="picture.freeze" showsKey className="freeze-button">
          {live.controls.freeze}
        </ActionButton>
        <ActionButton id="picture.screenshot" showsKey>
          {live.controls.screenshot}
        </ActionButton>
        <ActionButton id="picture.split" showsKey>
          {live.controls.split}
        </ActionButton>
        <ActionButton id="picture.flipHorizontal" showsKey>
          {'↔'}
        </ActionButton>
        <ActionButton id="picture.flipVertical" showsKey>
          {'↕'}
        </ActionButton>
        <ActionButton id="picture.rotate" showsKey>
          {'↻'}
        </ActionButton>
        <ActionButton id="picture.zoomOut" showsKey>
          {live.controls.zoom}
        </ActionButton>
        <ActionButton id="picture.zoomIn" showsKey>
          {live.controls.zoom}
        </ActionButton>
        <ActionButton id="picture.zoomReset" showsKey>
          {live.controls.whole}
        </ActionButton>
        <ActionButton id="measure.distance" showsKey>
          {live.controls.distance}
        </ActionButton>
        <ActionButton id="measure.clear" showsKey>
          {live.controls.clear}
        </ActionButton>
        <ActionButton id="mask.shape" showsKey>
          {live.mask.shapes[style.shape]}
        </ActionButton>
        {hasBoxes && (
          <ActionButton id="mask.boxes" showsKey>
            {live.mask.boxes}
          </ActionButton>
        )}
      </div>
      <fieldset className="colours" aria-label={live.mask.colour}>
        {COLOURS.map((colour) => (
          <button
            key={colour}
            type="button"
            aria-label={live.mask.colours[colour]}
            title={live.mask.colours[colour]}
            aria-pressed={style.colour === colour}
            onClick={() => client.changeSettings({ 'view.maskColour': colour })}
          >
            <span style={{ background: `rgb(${MASK_COLOURS[colour].join(' ')})` }} />
          </button>
        ))}
      </fieldset>
    </section>
  );
}
