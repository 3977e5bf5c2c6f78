import type { CommandName } from '../../../src-shared/index.ts';
import type { Identity } from './identity.ts';

/** One line of the audit trail: who did what, from where, and whether it was done. Holds no secret. */
export interface AuditEntry {
  readonly who: string;
  readonly role: string;
  readonly address: string;
  /** Command, `sign-in`, or `refused`. */
  readonly what: string;
  /** What it was done to: changed keys, arguments without their secrets, a reason. */
  readonly details: string;
  readonly outcome: 'done' | 'failed' | 'refused';
}

export type Audit = (entry: AuditEntry) => void;

const LONGEST_DETAILS = 300;

export function auditEntry(
  identity: Identity,
  what: string,
  details: string,
  outcome: AuditEntry['outcome'],
): AuditEntry {
  const { who, role, address } = identity;
  return { who, role, address, what, details: details.slice(0, LONGEST_DETAILS), outcome };
}

/**
 * Arguments as the trail keeps them. Of settings only the names: a value may be a webhook's address with its key in it.
 * Credentials in URLs are masked.
 */
export function detailsOf(name: CommandName, args: unknown): string {
  if (name === 'settings.update') {
    return Object.keys((args as { patch: object }).patch).join(' ');
  }
  const text = JSON.stringify(args);
  return text === '{}' ? '' : text.replace(/\/\/[^/@\s"]+@/g, '//***@');
}
