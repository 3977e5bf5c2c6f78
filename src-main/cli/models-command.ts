import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { addModelSchema, type ModelCheck, type ModelListing } from '../../src-shared/index.ts';
import { defaultDataDirectory } from '../engine/index.ts';
import {
  addRequest,
  doRegistryJob,
  listModels,
  type ModelFolders,
  type WorkingFact,
  workingFacts,
} from '../inference/index.ts';
import { EXIT_FAILED, UsageError } from './exit-codes.ts';
import { modelsDir } from './paths.ts';

interface CommonFlags {
  readonly dataDir?: string;
  readonly json?: boolean;
}

interface AddFlags extends CommonFlags {
  readonly id?: string;
  readonly title?: string;
  readonly licence?: string;
  readonly bone?: number[];
  readonly threshold?: number;
  readonly mmPerPixel?: number;
  readonly white?: number;
  readonly mean?: number[];
  readonly std?: number[];
}

/** `ultramotion models …`: what there is, whether it is whole, more of it, less of it. */
export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('the models: list, verify, add, remove');
  const common = (command: Command): Command =>
    command
      .option('--data-dir <folder>', 'data directory whose models folder holds the added ones')
      .option('--json', 'print one JSON object');
  common(models.command('list').description('all models, their kind, licence and origin')).action(list);
  common(models.command('verify').description('compare every file with its manifest'))
    .argument('[id]', 'one model instead of all')
    .action(verify);
  common(models.command('add').description('recognise a D-FINE, SAM-like or single-stage model, copy it and try it'))
    .argument('<path>', 'a folder with .onnx files, or one .onnx file')
    .option('--id <id>', 'its name here; otherwise after the folder or file')
    .option('--title <words>', 'what the console shows')
    .option('--licence <words>', 'under which licence you use it')
    .option('--bone <n[,n]>', 'labels (detector) or output channels (segmenter) that are bone', numbers)
    .option('--threshold <t>', 'score (detector) or probability (segmenter) from which something counts', Number)
    .option('--mm-per-pixel <mm>', 'segmenter: pixel size it was trained on; otherwise it knows no scale', Number)
    .option('--white <value>', 'segmenter: value of a white pixel, before mean and std (1)', Number)
    .option('--mean <m[,m,m]>', 'segmenter: mean per channel that is subtracted (0)', numbers)
    .option('--std <s[,s,s]>', 'segmenter: deviation per channel that is divided by (1)', numbers)
    .action(add);
  common(models.command('remove').description('remove an added model; shipped ones stay'))
    .argument('<id>', 'its name here')
    .action(remove);
}

function folders({ dataDir }: CommonFlags): ModelFolders {
  return { shipped: modelsDir, user: path.join(path.resolve(dataDir ?? defaultDataDirectory()), 'models') };
}

function list(flags: CommonFlags): void {
  const models = listModels(folders(flags));
  print(flags, { models }, models.map(line).join('\n'));
}

async function verify(id: string | undefined, flags: CommonFlags): Promise<void> {
  const checks = (await doRegistryJob(folders(flags), { name: 'verify', id: id ?? null })) as readonly ModelCheck[];
  const lines = checks.map(
    ({ id: name, problems }) => `${name}: ${problems.length === 0 ? 'whole' : problems.join('; ')}`,
  );
  print(flags, { checks }, lines.join('\n'));
  if (checks.some(({ problems }) => problems.length > 0)) process.exitCode = EXIT_FAILED;
}

async function add(file: string, { dataDir, json, ...said }: AddFlags): Promise<void> {
  const parsed = addModelSchema.safeParse({ path: path.resolve(file), ...said });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`models add: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const request = addRequest(parsed.data);
  const where = folders({ ...(dataDir !== undefined && { dataDir }) });
  const model = (await doRegistryJob(where, {
    name: 'add',
    request,
  })) as ModelListing;
  const facts = workingFacts(where, model.id, request);
  const assumed = facts.some(({ isAssumed }) => isAssumed) ? [ASSUMED_HINT] : [];
  const words = [`added ${line(model)}`, ...facts.map(factLine), ...assumed].join('\n');
  print({ ...(json !== undefined && { json }) }, { model, facts }, words);
}

/** Its files do not tell these; a wrong one gives masks that look right and are not. */
const ASSUMED_HINT =
  'Check what is assumed against how the model was trained; remove it and add it again with the options to correct it.';

const factLine = ({ what, value, isAssumed }: WorkingFact): string =>
  `  ${what}: ${value}${isAssumed ? '  (assumed)' : ''}`;

async function remove(id: string, flags: CommonFlags): Promise<void> {
  await doRegistryJob(folders(flags), { name: 'remove', id });
  print(flags, { removed: id }, `removed ${id}`);
}

function line({ id, kind, origin, title, licence, bytes, problem }: ModelListing): string {
  if (problem !== null) return `${id}  ${origin}  cannot be used: ${problem}`;
  return `${id}  ${kind}  ${origin}  ${((bytes ?? 0) / 2 ** 20).toFixed(1)} MB  ${title}  (licence: ${licence})`;
}

function print({ json }: CommonFlags, result: object, words: string): void {
  process.stdout.write(json === true ? `${JSON.stringify(result, null, 2)}\n` : words === '' ? '' : `${words}\n`);
}

function numbers(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.some((value) => Number.isNaN(value))) {
    throw new InvalidArgumentError(`"${text}": expected numbers with commas between them`);
  }
  return values;
}
