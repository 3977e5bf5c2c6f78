import { SaidError, type Saying, say } from '../../src-shared/index.ts';

/** Why there is no link, as a code; what the operating system or we ourselves call it stands beside it in words. */
export type LinkCause =
  | 'refused'
  | 'unknown-host'
  | 'unreachable'
  | 'no-answer'
  | 'silent'
  | 'closed'
  | 'broken'
  | 'not-reading'
  | 'not-openigtlink';

/** We gave the link up ourselves, and why. */
export class LinkGivenUp extends Error {
  override readonly name = 'LinkGivenUp';
  readonly why: LinkCause;

  constructor(why: LinkCause, message: string) {
    super(message);
    this.why = why;
  }
}

const CAUSE_OF_CODE: Readonly<Record<string, LinkCause>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'no-answer',
};

/** `error`: what the socket ended with; null: the peer closed it. */
export function linkCauseOf(error: Error | null): LinkCause {
  if (error === null) return 'closed';
  if (error instanceof LinkGivenUp) return error.why;
  return CAUSE_OF_CODE[(error as NodeJS.ErrnoException).code ?? ''] ?? 'broken';
}

const SAYING_OF_LISTENING: Readonly<Record<string, 'link.port-taken' | 'link.port-reserved' | 'link.not-ours'>> = {
  EADDRINUSE: 'link.port-taken',
  EACCES: 'link.port-reserved',
  EADDRNOTAVAIL: 'link.not-ours',
};

/** Why nobody can be reached or listened for at `peer`, for the operator; null where there is no sentence for it. */
export function saidOfSocket(error: unknown, peer: string): Saying | null {
  if (error instanceof SaidError) return error.said;
  if (error instanceof LinkGivenUp) return say(`link.${error.why}`, { peer });
  const { code = '' } = error as NodeJS.ErrnoException;
  const cause = CAUSE_OF_CODE[code];
  const listening = SAYING_OF_LISTENING[code];
  if (listening !== undefined) return say(listening, { peer });
  return cause === undefined ? null : say(`link.${cause}`, { peer });
}
