import { SaidError, say } from '../../src-shared/index.ts';

/**
 * A message whose content contradicts itself or its type's layout. The message is dropped and counted; the stream goes on.
 * Reads as one line a support engineer can act on: `IMAGE pixels 12: expected 49164`.
 */
export class MalformedMessage extends SaidError {
  override readonly name = 'MalformedMessage';
  readonly type: string;
  readonly field: string;
  readonly value: string;
  readonly limit: string;

  constructor(type: string, field: string, value: number | bigint | string, limit: number | bigint | string) {
    super(say('igtl.malformed', { type, field, value: String(value), limit: String(limit) }));
    this.type = type;
    this.field = field;
    this.value = String(value);
    this.limit = String(limit);
  }
}
