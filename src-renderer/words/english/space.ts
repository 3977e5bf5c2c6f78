import type { SpacePlacement, SpaceSkipReason } from '../../../src-shared/index.ts';
import { numberWriter } from '../numbers.ts';

const write = numberWriter('en-GB');

const placements: Record<SpacePlacement, string> = {
  image: 'Placed by the picture’s own matrix, which holds the pose.',
  'pose-pixel': 'Placed by the pose, which maps pixels.',
  'pose-calibrated': 'Placed by the pose and the picture’s matrix on the probe.',
  'pose-uncalibrated': 'Placed by the pose and the pixel size. Where the picture lies on the probe is not known.',
};

const skipped: Record<SpaceSkipReason, string> = {
  'no-pose': 'Frames without pose',
  'invalid-pose': 'Frames with an invalid pose',
  'invalid-image': 'Frames with an invalid matrix',
  undecided: 'Frames before anything moved',
};

/** The view in space. */
export const space = {
  stage: 'Bone surface and picture in space',
  panel: 'About the surface',
  noWebgl: 'The 3-D view needs WebGL, which this browser or graphics card does not give.',
  points: 'Points',
  framesUsed: 'Frames with bone used',
  skipped,
  reference: 'Frame of reference',
  referenceName: (name: string, coordinates: 'RAS' | 'LPS') =>
    `${name === '' ? 'unnamed' : name}, RAS${coordinates === 'LPS' ? ' (source: LPS)' : ''}`,
  placements,
  notPlaced: 'No picture could be placed yet: a source with a tracked probe that moves is needed.',
  thinned: (gridMm: number) => `One point in each cube of ${write.fixed(gridMm, 1)} mm.`,
  full: (points: number) => `FULL: ${points} points. New bone is not added. Clear to begin anew.`,
  colours: { depth: 'Colour: depth below the transducer', age: 'Colour: time since the first point' },
  colourValue: {
    depth: (mm: number) => `${write.fixed(mm, 1)} mm`,
    age: (seconds: number) => write.seconds(1000 * seconds),
  },
  millimetres: (mm: number) => `${write.fixed(mm, mm < 1 ? 2 : 0)} mm`,
  exported: (points: number) => `${points} points saved.`,
  sent: (points: number, clients: number) =>
    `${points} points sent to ${clients === 1 ? '1 client' : `${clients} clients`}.`,
  cleared: 'All points removed.',
  refused: (reason: string) => `Not done: ${reason}`,
  howToMove: 'Drag to turn, wheel to enlarge, right button to move.',
};

export const spaceActions = {
  'space.clear': 'Remove all points',
  'space.export': 'Save the points as PLY',
  'space.publish': 'Send the points to Slicer',
  'space.resetCamera': 'Everything in sight',
  'space.colour': 'Colour by time instead of depth',
  'space.picture': 'Picture on the plane on or off',
};
