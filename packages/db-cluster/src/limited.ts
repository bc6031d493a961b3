import { CancelUnconfirmedError, codeOf, isAnswer, StatementTimeoutError } from './errors.ts';
import type { Node } from './node.ts';
import type { PooledConnection } from './pool.ts';
import { asError } from './waiting-line.ts';
import { within } from './within.ts';

/** A server that does not cancel within this time is left alone, and the connection with it. */
const CANCEL_WITHIN_MS = 2_000;

/**
 * Has a statement cancelled on the server when its time is up or its signal is aborted. Throws `StatementTimeoutError` or the
 * signal's reason once the server says that it has been, `CancelUnconfirmedError` when the session ends without a word of
 * what became of it, and what the statement throws otherwise.
 */
export async function sendLimited(
  node: Node,
  connection: PooledConnection,
  send: (ended: (error: unknown) => void) => Promise<object[]>,
  { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ended: (error: unknown) => void,
): Promise<object[]> {
  signal?.throwIfAborted();
  let reason: Error | undefined;
  let cancelling: Promise<void> | undefined;
  let graceTimer: NodeJS.Timeout | undefined;
  const { processID } = connection.client as unknown as { readonly processID: number }; // pg's types leave it out
  const stop = (why: Error): void => {
    if (reason) return;
    reason = why;
    graceTimer = setTimeout(() => connection.client.connection.stream.destroy(), CANCEL_WITHIN_MS);
    cancelling = node.cancel(processID);
  };
  const onAbort = (): void => stop(asError(signal?.reason));
  signal?.addEventListener('abort', onAbort, { once: true });
  const tooLate = (): void => stop(new StatementTimeoutError(`took longer than ${timeoutMs} ms`));
  const timer = timeoutMs === undefined ? undefined : setTimeout(tooLate, timeoutMs);
  try {
    const rows = await send(ended);
    // A cancellation that is on its way would hit the statement that comes next in the session.
    if (cancelling) await within(cancelling, CANCEL_WITHIN_MS).catch(() => undefined);
    return rows;
  } catch (error) {
    if (!reason) throw error;
    if (codeOf(error) === '57014') throw reason;
    throw isAnswer(error) ? error : new CancelUnconfirmedError(reason, error);
  } finally {
    // The cancellation may arrive late and hit the statement that comes next.
    connection.isSpoilt ||= reason !== undefined;
    clearTimeout(timer);
    clearTimeout(graceTimer);
    signal?.removeEventListener('abort', onAbort);
  }
}
