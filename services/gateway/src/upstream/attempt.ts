import { TIMEOUT_HEADER } from '../domain/deadline.ts';
import { isRepeatable, type Outcome } from '../domain/outcome.ts';
import type { AnswerSink } from './exchange.ts';
import { forward, repeatableOf, type UpstreamRequest } from './forward.ts';
import type { Instance } from './instance.ts';

/** One attempt at an instance, with what is left of the deadline: the instance is told, and waited for no longer. */
export function attemptWithin(instance: Instance, request: UpstreamRequest, sink: AnswerSink): Promise<Outcome> {
  const { deadline, fields, headersTimeoutMs } = request;
  const waiting = isRepeatable(repeatableOf(request)) ? instance.waiting : undefined;
  if (!deadline) return instance.run(() => forward(instance.pool, request, sink, waiting));
  const leftMs = Math.ceil(deadline.atMs - performance.now());
  if (leftMs <= 0) {
    return Promise.resolve({ kind: deadline.isClients ? 'expired' : 'timed_out', reason: 'no time left' });
  }
  const within: UpstreamRequest = {
    ...request,
    fields: [...fields, TIMEOUT_HEADER, String(leftMs)],
    headersTimeoutMs: Math.min(headersTimeoutMs, leftMs),
  };
  return instance.run(async () => {
    const outcome = await forward(instance.pool, within, sink, waiting);
    return outcome.kind === 'answered' && deadline.isClients ? { ...outcome, isRushed: true } : outcome;
  });
}
