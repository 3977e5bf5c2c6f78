import { inEnglish, type Saying, say } from '../../src-shared/index.ts';
import { type Log, ProblemBoard } from '../monitoring/index.ts';
import { monotonicMs } from '../pipeline/index.ts';

/** Says what is wrong around the engine, in words, where it is looked for: on the board, in the log, to the consoles. */
export class ProblemDesk {
  /** What the parts of the engine have to say themselves goes here as well. */
  readonly board = new ProblemBoard();
  readonly #log: Log;
  readonly #changed: () => void;

  /** `changed`: something a console shows has changed. */
  constructor(log: Log, changed: () => void) {
    this.#log = log;
    this.#changed = changed;
  }

  /** A message of the source was refused, or a receiver gives trouble. */
  linkTrouble(key: string, why: Saying | string): void {
    const ofSource = key === 'source.read' ? 'source.unread' : 'source.message-refused';
    const code = key.startsWith('source.') ? ofSource : 'publisher.trouble';
    const count = this.board.happened(key, 'warning', say(code, { why }), monotonicMs());
    // The first is news, then every doubling: a stream of bad messages must not become a stream of log lines.
    if ((count & (count - 1)) === 0) {
      this.#log('warn', key, { message: inEnglish(why), count });
    }
  }

  /** Access from outside stands wrong until it is said again with null. */
  access(key: string, why: Saying | null): void {
    if (why === null) {
      this.board.clear(key);
    } else {
      this.board.stands(key, 'warning', say('access.open', { why }), monotonicMs());
    }
    this.#changed();
  }

  /** The settings file could not be read at the start; null: it could. */
  settingsFile(why: Saying | null): void {
    if (why !== null) {
      this.board.stands('settings.file', 'warning', say('settings.unreadable', { why }), monotonicMs());
    }
  }

  /** Settings in force could not be saved; null: they are. */
  settingsSave(why: Saying | null): void {
    if (why === null) {
      this.board.clear('settings.save');
    } else {
      this.board.stands('settings.save', 'warning', say('settings.unsaved', { why }), monotonicMs());
      this.#log('warn', 'settings.save', { message: inEnglish(why) });
    }
    this.#changed();
  }
}
