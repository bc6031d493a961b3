/** A request that may be sent again: the client's key, and a hash of what it asks. */
export interface IdempotentRequest {
  readonly tenantId: string;
  readonly key: string;
  readonly requestHash: string;
}

/** The first answer to a key. */
export interface KnownAnswer extends IdempotentRequest {
  readonly answer: unknown;
}

/** What to do with a request: do it, answer it as it was answered before or as another one beside it, or refuse it. */
export type Replay =
  | { readonly kind: 'do' }
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'same_as'; readonly index: number }
  | { readonly kind: 'refuse' };

const nameOf = ({ tenantId, key }: IdempotentRequest): string => `${tenantId} ${key}`;

/** The requests that have a key, the first of each key. */
export function firstRequests(requests: readonly (IdempotentRequest | undefined)[]): readonly IdempotentRequest[] {
  const firsts = new Map<string, IdempotentRequest>();
  for (const request of requests) if (request && !firsts.has(nameOf(request))) firsts.set(nameOf(request), request);
  return [...firsts.values()];
}

/** Decides each request, given the answers that are known. A key that was used for something else is refused. */
export function planReplays(
  requests: readonly (IdempotentRequest | undefined)[],
  known: readonly KnownAnswer[],
): readonly Replay[] {
  const answers = new Map(known.map((answer) => [nameOf(answer), answer]));
  const firsts = new Map<string, { readonly index: number; readonly requestHash: string }>();
  return requests.map((request, index): Replay => {
    if (!request) return { kind: 'do' };
    const name = nameOf(request);
    const earlier = answers.get(name) ?? firsts.get(name);
    if (!earlier) {
      firsts.set(name, { index, requestHash: request.requestHash });
      return { kind: 'do' };
    }
    if (earlier.requestHash !== request.requestHash) return { kind: 'refuse' };
    return 'answer' in earlier ? { kind: 'answer', answer: earlier.answer } : { kind: 'same_as', index: earlier.index };
  });
}
