import type { ModelListing, ProviderChoice, ProviderOutcome, ProviderReport } from '../../../src-shared/index.ts';
import type { ModelState } from '../../models/model-state.ts';
import { numberWriter } from '../numbers.ts';

const write = numberWriter('en-GB');

const kinds: Readonly<Record<string, string>> = {
  'bone-tracer': 'outlines, by formulas',
  segmenter: 'outlines, one stage',
  dfine: 'boxes alone, no outline',
  'dfine+sam': 'boxes, then outlines (two stages)',
};

const outcomes: Record<ProviderOutcome, string> = {
  running: 'runs',
  refused: 'refused by ONNX Runtime',
  excluded: 'known to be wrong for this model',
  crashed: 'ended the process while it was tried',
  failed: 'a run failed',
  wrong: 'other results than the CPU',
  software: 'no graphics processor behind it',
  slower: 'slower than the CPU',
};

const states: Record<NonNullable<ModelState>, string> = {
  running: 'in use',
  loading: 'being loaded …',
  failed: 'failed',
  off: 'chosen, switched off',
};

const megabytes = (bytes: number): string =>
  bytes < 2 ** 20 ? `${write.fixed(bytes / 2 ** 10, 0)} kB` : `${write.fixed(bytes / 2 ** 20, 1)} MB`;
const role = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** The models there are, and what runs them. */
export const models = {
  title: 'Models',
  states,
  use: 'Use',
  useNamed: (title: string) => `Use ${title}`,
  facts: ({ kind, labels, licence, bytes, origin }: ModelListing) =>
    [
      kind === null ? null : (kinds[kind] ?? kind),
      labels.length === 0 ? null : `finds ${labels.join(', ')}`,
      bytes === null ? null : megabytes(bytes),
      origin === 'shipped' ? 'shipped' : 'added by you',
      licence === null ? null : `licence: ${licence}`,
    ]
      .filter((part) => part !== null)
      .join(' · '),
  broken: (problem: string) => `Cannot be used: ${problem}`,
  whole: 'Its files are those its manifest names.',
  check: 'Check the files',
  checking: 'Checking …',
  addMore: 'More models: “npx ultramotion models add FOLDER”.',
  loadingNext: (id: string) => `loading ${id}`,
  choose: 'Choose the model',
  providers: {
    title: 'What runs the model',
    order: (order: readonly ProviderChoice[]) =>
      `Tried in this order: ${order.map((name) => (name === 'auto' ? 'automatic (CUDA, DML, COREML, WEBGPU, CPU)' : name.toUpperCase())).join(', ')}.`,
    running: ({ role: name, running, warmupMs, share, fellBack }: ProviderReport) =>
      [
        `${role(name)}: ${running.toUpperCase()}${fellBack ? ', not as asked' : ''}`,
        `warm after ${write.seconds(warmupMs)}`,
        share === null ? null : `${Math.round(share * 100)} % of the graph`,
      ]
        .filter((part) => part !== null)
        .join(' · '),
    columns: ['Tried', 'What came of it', 'ms a run'],
    outcomes,
  },
};
