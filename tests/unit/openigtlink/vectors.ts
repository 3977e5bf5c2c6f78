import { readFileSync } from 'node:fs';
import { type FramerProblem, MessageFramer, type ReceivedMessage } from '../../../src-main/openigtlink/index.ts';

/** Byte vectors made with the reference library; the manifest says what each must decode to. */
const FOLDER = new URL('../../fixtures/openigtlink/', import.meta.url);

export interface Vector {
  readonly file: string;
  readonly header: {
    readonly version: number;
    readonly type: string;
    readonly device: string;
    readonly timestampHex: string;
    readonly bodySize: number;
    readonly crc: string;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the manifest is JSON with a shape per message type
  readonly expect: any;
}

const manifest = JSON.parse(readFileSync(new URL('manifest.json', FOLDER), 'utf8')) as { vectors: readonly Vector[] };

export const vectors = manifest.vectors;
export const isHostile = (vector: Vector) => /^(bad|limit)_/.test(vector.file);
export const wellFormed = vectors.filter((vector) => !isHostile(vector));

export function vectorsOf(...types: readonly string[]): readonly Vector[] {
  return wellFormed.filter((vector) => types.includes(vector.header.type));
}

export function bytesOf(file: string): Buffer {
  return readFileSync(new URL(file, FOLDER));
}

export interface Outcome {
  readonly messages: ReceivedMessage[];
  readonly problems: FramerProblem[];
  gaveUp: boolean;
  readonly framer: MessageFramer;
}

/** A framer that notes what it says. The clock stands still unless one is given. */
export function listen(options: { checkCrc?: boolean; maxMessageBytes?: number; now?: () => number } = {}): Outcome {
  const { checkCrc = true, maxMessageBytes = 64 * 1024 * 1024, now = () => 0 } = options;
  const messages: ReceivedMessage[] = [];
  const problems: FramerProblem[] = [];
  const framer: MessageFramer = new MessageFramer(
    { checkCrc, maxMessageBytes, now },
    {
      message: (message) => messages.push(message),
      problem: (problem) => problems.push(problem),
      giveUp: () => {
        outcome.gaveUp = true;
      },
    },
  );
  const outcome: Outcome = { messages, problems, gaveUp: false, framer };
  return outcome;
}

/** The one message of a well-framed vector. */
export function messageOf(file: string): ReceivedMessage {
  const { framer, messages } = listen();
  framer.push(bytesOf(file));
  const [message] = messages;
  if (message === undefined) throw new Error(`${file} holds no well-framed message`);
  return message;
}

/** Numbers of a manifest, where the not-a-number ones are words. */
export const numbers = (values: readonly (number | string)[]): number[] => values.map(Number);
