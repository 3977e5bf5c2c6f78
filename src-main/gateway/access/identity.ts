/** `view` sees everything and changes nothing; `operate` may give every command. */
export const ROLES = ['view', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/** Who a request comes from, as far as it could be proved. */
export interface Identity {
  /** For the audit line: `local`, `desktop`, `operate-token`, or the subject of a JWT. Never a secret. */
  readonly who: string;
  readonly role: Role;
  /** Network address it came from. */
  readonly address: string;
  /** Epoch ms after which it counts for nothing; null: does not end by itself. */
  readonly expiresAtMs: number | null;
  /** The browser session it was proved by; null: proved anew with every request. */
  readonly session: symbol | null;
  /** Whether the token it was proved by is known here no more; absent: it cannot be taken back before it ends. */
  isRevoked?(): boolean;
}

/** What the desktop's own window may do: whoever sits at the machine operates it. */
export const DESKTOP: Identity = {
  who: 'desktop',
  role: 'operate',
  address: 'local',
  expiresAtMs: null,
  session: null,
};

export const mayAct = (identity: Identity, needed: Role): boolean => identity.role === 'operate' || needed === 'view';

/** A request that is not let in: 401 for one that proved nothing, 403 for one that may not. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly statusCode: 401 | 403;

  constructor(statusCode: 401 | 403, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}
