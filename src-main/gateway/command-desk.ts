import {
  type CommandName,
  commandSchemas,
  faultsOf,
  inEnglish,
  isReadingCommand,
  reasonOf,
  type Saying,
  sayingOf,
} from '../../src-shared/index.ts';
import { type Audit, auditEntry, detailsOf } from './access/audit.ts';
import { type Identity, mayAct, Refused, type Role } from './access/identity.ts';
import type { EngineBackend } from './backend.ts';

/** What was asked for cannot be done; the message is for whoever asked. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  /** The same as consoles say it; null where there is no sentence for it. */
  readonly said: Saying | null;

  constructor(why: Saying | string) {
    super(inEnglish(why));
    this.said = sayingOf(why);
  }
}

/** Who may give a command: reading is everybody's, all else changes something. */
export const roleOfCommand = (name: CommandName): Role => (isReadingCommand(name) ? 'view' : 'operate');

/** The one way of a command into the engine, whether it comes over REST, a WebSocket or a MessagePort. */
export class CommandDesk {
  readonly #backend: Pick<EngineBackend, 'execute'>;
  readonly #audit: Audit;

  constructor(backend: Pick<EngineBackend, 'execute'>, audit: Audit) {
    this.#backend = backend;
    this.#audit = audit;
  }

  /** @throws {Refused | CommandFailed} */
  async run(identity: Identity, name: CommandName, args: unknown): Promise<unknown> {
    const needed = roleOfCommand(name);
    if (!mayAct(identity, needed)) {
      this.#audit(auditEntry(identity, name, '', 'refused'));
      throw new Refused(403, `${name} needs the role ${needed}; you have ${identity.role}`);
    }
    const parsed = commandSchemas[name].safeParse(args);
    if (!parsed.success) {
      throw new CommandFailed(`${name}: ${faultsOf(parsed.error, args, 'arguments')}`);
    }
    try {
      const value = await this.#backend.execute(name, parsed.data as never);
      this.#note(identity, name, parsed.data, 'done');
      return value;
    } catch (error) {
      this.#note(identity, name, parsed.data, 'failed');
      throw isOurMistake(error) ? error : new CommandFailed(reasonOf(error));
    }
  }

  #note(identity: Identity, name: CommandName, args: unknown, outcome: 'done' | 'failed'): void {
    if (roleOfCommand(name) === 'operate') {
      this.#audit(auditEntry(identity, name, detailsOf(name, args), outcome));
    }
  }
}

/** What nobody asked for: a fault in the program, not in the request. */
const isOurMistake = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
