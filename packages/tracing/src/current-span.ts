import { AsyncLocalStorage } from 'node:async_hooks';
import { errorCodeOf } from './error-code.ts';
import type { Span, SpanOptions } from './span.ts';

/** Follows the asynchronous calls of one request or event, which is what makes it right to be kept in the module. */
const spans = new AsyncLocalStorage<Span | undefined>();

/** What the caller is a part of; undefined where nothing is recorded. Costs nanoseconds then. */
export const currentSpan = (): Span | undefined => spans.getStore();

/** Runs `work` as a part of `span`; without one it runs as it would anyway. */
export const inSpan = <T>(span: Span | undefined, work: () => T): T => (span ? spans.run(span, work) : work());

/** Runs `work` as a part of nothing: what outlives the caller, or serves others too. */
export const outsideSpans = <T>(work: () => T): T => spans.run(undefined, work);

/** Runs `work` as a span of its own, of what the caller is a part of; where that is nothing, it just runs. */
export async function traced<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const span = currentSpan()?.start(name, options);
  if (!span) return work();
  let failure: string | undefined;
  try {
    return await spans.run(span, work);
  } catch (error) {
    failure = errorCodeOf(error);
    throw error;
  } finally {
    span.end(failure);
  }
}
