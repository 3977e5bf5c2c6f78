import type { CommandArguments, CommandName, CommandResults } from '../../src-shared/index.ts';
import { publicSettings } from '../../src-shared/index.ts';
import type { Engine } from './engine.ts';
import { metricHistory } from './metric-history.ts';
import { isModelCommand, type ModelCommand, type ModelDesk } from './model-desk.ts';
import { isShelfCommand, type RecordingShelf, type ShelfCommand } from './recording-shelf.ts';
import { isSpaceCommand, type SpaceCommand, type SpaceDesk } from './space/index.ts';

type LiveCommand = Exclude<CommandName, ShelfCommand | ModelCommand | SpaceCommand>;
type Handler<N extends CommandName> = (engine: Engine, args: CommandArguments<N>) => Promise<CommandResults[N]>;
type Handlers = { readonly [N in LiveCommand]: Handler<N> };

/** What a console can have done. Addresses are judged before anything is taken down, so a slip of the hand costs nothing. */
const commandHandlers: Handlers = {
  'source.connect': async (engine, { address }) => {
    if (engine.settings['source.address'] === address) {
      await engine.openSource();
    } else {
      await engine.applySettings({ 'source.address': address });
    }
    return null;
  },
  'source.disconnect': async (engine) => {
    await engine.closeSource();
    return null;
  },
  'publisher.connect': async (engine, { address }) => {
    if (engine.settings['publish.address'] === address) {
      await engine.openPublisher();
    } else {
      await engine.applySettings({ 'publish.address': address });
    }
    return null;
  },
  'publisher.disconnect': async (engine) => {
    await engine.closePublisher();
    return null;
  },
  'recording.start': (engine, { label }) => engine.startRecording(label ?? null),
  'recording.stop': (engine) => engine.stopRecording(),
  'replay.pause': async (engine, { paused }) => {
    engine.replay.pause(paused);
    return null;
  },
  'replay.seek': async (engine, { frame }) => {
    engine.replay.seek(frame);
    return null;
  },
  'model.choose': async (engine, { id }) => {
    await engine.applySettings({ 'model.id': id });
    return null;
  },
  'settings.update': async (engine, { patch }) => {
    const needRestart = await engine.applySettings(patch);
    return { settings: publicSettings(engine.settings), needRestart };
  },
  'alerts.list': async (engine) => engine.monitoring.alerts(),
  'alerts.acknowledge': async (engine, { key }) => {
    engine.monitoring.alertDesk.acknowledge(key);
    return null;
  },
  'alerts.silence': async (engine, { key, seconds }) => {
    engine.monitoring.alertDesk.silence(key, seconds);
    return null;
  },
  'metrics.list': async (engine) => ({
    metrics: engine.monitoring
      .metrics()
      .map(({ name, unit, help, kind, isCustom }) => ({ name, unit, help, kind, isCustom })),
  }),
  'metrics.history': async (engine, query) => metricHistory(engine.monitoring, query),
  'alerts.test-route': (engine, { route }) => engine.monitoring.alertDesk.testRoute(route),
  'alerts.replay': async (engine, { route }) => ({ replayed: await engine.monitoring.alertDesk.replay(route) }),
  'logs.bundle': (engine) => engine.logDesk.bundle(),
  'source.test': (engine, { address }) => engine.testSource(address),
  'publisher.test': (engine, { address }) => engine.testPublisher(address),
};

/** They change nothing and take seconds: nobody has to wait for them. */
const INDEPENDENT: ReadonlySet<CommandName> = new Set([
  'source.test',
  'publisher.test',
  'metrics.history',
  'logs.bundle',
]);

/** Runs the commands of all consoles one after another: two at once could open a source or a publisher that nobody owns. */
export class CommandQueue {
  readonly #engine: Engine;
  readonly #shelf: RecordingShelf;
  readonly #models: ModelDesk;
  readonly #space: SpaceDesk;
  #last: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, shelf: RecordingShelf, models: ModelDesk, space: SpaceDesk) {
    this.#engine = engine;
    this.#shelf = shelf;
    this.#models = models;
    this.#space = space;
  }

  run<N extends CommandName>(name: N, args: CommandArguments<N>): Promise<CommandResults[N]> {
    if (isShelfCommand(name)) {
      return this.#shelf.run(name, args);
    }
    if (isModelCommand(name)) {
      return this.#models.run(name, args);
    }
    if (isSpaceCommand(name)) {
      return this.#space.run(name, args);
    }
    const handler = commandHandlers[name as LiveCommand] as Handler<N>;
    if (INDEPENDENT.has(name)) {
      return Promise.resolve().then(() => handler(this.#engine, args));
    }
    const result = this.#last.then(() => handler(this.#engine, args));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when all commands have ended, at the latest after `limitMs`: one may wait for a dead network share. */
  async idle(limitMs: number): Promise<void> {
    const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
    await Promise.race([this.#last, limit]);
  }
}
