import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Of a content that is made up: the bytes from one place to another. */
interface Piece {
  readonly from: number;
  readonly to: number;
}

export type LargeOrder =
  | { readonly kind: 'hash'; readonly content: Piece }
  | { readonly kind: 'hang up'; readonly url: string; readonly token: string; readonly bytes: number }
  | {
      readonly kind: 'send';
      readonly method: string;
      readonly url: string;
      readonly token: string;
      readonly content?: Piece;
      /** The answer's SHA-256 is wanted, not its text. */
      readonly isHashed?: boolean;
    };

export interface LargeAnswer {
  readonly status?: number | undefined;
  /** Of the answer, or its SHA-256. */
  readonly text: string;
  readonly fault?: string;
}

/** Takes one order at a time. */
export type LargeClient = (order: LargeOrder) => Promise<LargeAnswer>;

const PROGRAM = fileURLToPath(new URL('large-client-process.fixture.ts', import.meta.url));

/** Ends with the test. */
export function startLargeClient(): LargeClient {
  const child = fork(PROGRAM, { execArgv: [] });
  onTestFinished(() => void child.kill());
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  child.once('exit', (code) => failed.reject(new Error(`the client ended with ${code}`)));
  return async (order) => {
    const told = once(child, 'message');
    child.send(order);
    // `large-client-process.fixture.ts` sends it.
    const [answer] = (await Promise.race([told, failed.promise])) as [LargeAnswer];
    if (answer.fault !== undefined) throw new Error(answer.fault);
    return answer;
  };
}
