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
