/** Starts an inference process as an engine does, tells its parent the process's id, and waits to be killed. */
import { forkInference, InferenceSupervisor, MODEL_OWN_MASK } from '../../../src-main/inference/index.ts';

const [entry, modelsDir] = process.argv.slice(2) as [string, string];
const supervisor = new InferenceSupervisor(
  {
    spawn: forkInference(entry),
    modelsDir,
    modelId: 'bone-tracer',
    intraOpThreads: 1,
    allowSpinning: false,
    providers: ['cpu'],
    device: 0,
    gpuQueueSize: 3,
    maxLagMs: 500,
    mask: MODEL_OWN_MASK,
  },
  {
    result: () => {},
    dropped: () => {},
    state: (state) => {
      if (state.link === 'ready') process.send?.(state.pid);
    },
    credit: () => {},
  },
);
supervisor.start();
