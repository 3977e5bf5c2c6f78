import type { ProviderReport } from '../../src-shared/index.ts';
import { ActionButton } from '../actions/index.ts';
import { useClient, useConsole } from '../state/console-context.ts';
import { type ActionId, useWords, type Words } from '../words/index.ts';
import { MASK_COLOURS, type MaskColour } from './palette.ts';

const COLOURS = Object.keys(MASK_COLOURS) as MaskColour[];

/** What each button shows beside its key. */
const CONTROLS: readonly (readonly [ActionId, (live: Words['live']) => string])[] = [
  ['picture.freeze', ({ controls }) => controls.freeze],
  ['picture.screenshot', ({ controls }) => controls.screenshot],
  ['picture.split', ({ controls }) => controls.split],
  ['picture.flipHorizontal', () => '↔'],
  ['picture.flipVertical', () => '↕'],
  ['picture.rotate', () => '↻'],
  ['picture.zoomOut', ({ controls }) => controls.zoom],
  ['picture.zoomIn', ({ controls }) => controls.zoom],
  ['picture.zoomReset', ({ controls }) => controls.whole],
  ['measure.distance', ({ controls }) => controls.distance],
  ['measure.clear', ({ controls }) => controls.clear],
];

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
        {CONTROLS.map(([id, label]) => (
          <ActionButton key={id} id={id} showsKey>
            {label(live)}
          </ActionButton>
        ))}
        <ActionButton id="mask.shape" showsKey>
          {live.mask.shapes[style.shape]}
        </ActionButton>
        {hasBoxes && (
          <ActionButton id="mask.boxes" showsKey>
            {live.mask.boxes}
          </ActionButton>
        )}
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
      </div>
    </section>
  );
}
