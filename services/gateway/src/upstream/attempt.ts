import { isRepeatable, type Outcome } from '../domain/outcome.ts';
import type { AnswerSink } from './exchange.ts';
import { forward, repeatableOf, type UpstreamRequest } from './forward.ts';
import type { Instance } from './instance.ts';

/**
 * One attempt at an instance, with what is left of the deadline: the instance is told, and waited for no longer. Calls `ended` once
 * the attempt is counted: a promise for each costs more than the counting.
 */
export function attemptWithin(
  instance: Instance,
  request: UpstreamRequest,
  sink: AnswerSink,
  ended: (outcome: Outcome) => void,
): void {
  const { deadline } = request;
  const leftMs = deadline && Math.ceil(deadline.atMs - performance.now());
  if (deadline && leftMs !== undefined && leftMs <= 0) {
    return ended({ kind: deadline.isClients ? 'expired' : 'timed_out', reason: 'no time left' });
  }
  const waiting = isRepeatable(repeatableOf(request)) ? instance.waiting : undefined;
  const settle = instance.begin();
  forward(instance, request, { sink, leftMs, waiting }, (known) => {
    const outcome: Outcome =
      known.kind === 'answered' && deadline?.isClients === true ? { ...known, isRushed: true } : known;
    const settling = settle(outcome);
    if (settling) settling.then(() => ended(outcome)).catch(sink.fail);
    else ended(outcome);
  });
}
