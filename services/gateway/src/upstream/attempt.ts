import { isRepeatable, type Outcome } from '../domain/outcome.ts';
import type { AnswerSink } from './exchange.ts';
import { forward, repeatableOf, type UpstreamRequest } from './forward.ts';
import type { Instance } from './instance.ts';

/** One attempt at an instance, with what is left of the deadline: the instance is told, and waited for no longer. */
export function attemptWithin(instance: Instance, request: UpstreamRequest, sink: AnswerSink): Promise<Outcome> {
  const { deadline } = request;
  const leftMs = deadline && Math.ceil(deadline.atMs - performance.now());
  if (deadline && leftMs !== undefined && leftMs <= 0) {
    return Promise.resolve({ kind: deadline.isClients ? 'expired' : 'timed_out', reason: 'no time left' });
  }
  const waiting = isRepeatable(repeatableOf(request)) ? instance.waiting : undefined;
  const settle = instance.begin();
  // The one promise of an attempt: what counts it is called on the way.
  return new Promise((resolve, reject) => {
    forward(instance.pool, request, { sink, leftMs, waiting }, (ended) => {
      const outcome: Outcome =
        ended.kind === 'answered' && deadline?.isClients === true ? { ...ended, isRushed: true } : ended;
      const settling = settle(outcome);
      if (settling) settling.then(() => resolve(outcome), reject);
      else resolve(outcome);
    });
  });
}
