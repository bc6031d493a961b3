import type { Queryable, Tx } from '@soc/db-cluster';
import type { z } from 'zod';
import { firstRequests, type IdempotentRequest, planReplays } from './domain/replay.ts';
import type { IdempotencyRepository } from './idempotency-repository.ts';

export type Answered<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly refusal: 'key_reused' };

/** How long a key answers as it first did. */
export const IDEMPOTENCY_KEEP_MS = 24 * 3_600_000;

interface Item {
  readonly idempotency?: IdempotentRequest | undefined;
}

/** Answers a repeated request as it was answered first, without doing it again. */
export function createIdempotency(given: { readonly repository: IdempotencyRepository; readonly now: () => Date }) {
  const { repository, now } = given;
  const keptSince = (at: Date): Date => new Date(at.getTime() - IDEMPOTENCY_KEEP_MS);

  /**
   * Does `work` for the items that are new, in the transaction that remembers their answers; the others get the answer of
   * their first time, or are refused where the key was used for something else. An item without a key is always new.
   */
  const each = async <Given extends Item, Schema extends z.ZodType>(
    tx: Tx,
    items: readonly Given[],
    schema: Schema,
    work: (fresh: readonly Given[]) => Promise<readonly z.output<Schema>[]>,
  ): Promise<readonly Answered<z.output<Schema>>[]> => {
    const requests = items.map(({ idempotency }) => idempotency);
    const keyed = firstRequests(requests);
    const at = now();
    const known = keyed.length === 0 ? [] : await repository.claim(tx, keyed, { at, since: keptSince(at) });
    const replays = planReplays(requests, known);

    const fresh = items.filter((_, index) => replays[index]?.kind === 'do');
    const done = await work(fresh);
    const answers = new Map(fresh.map((item, index) => [item, done[index]]));
    // `work` answers every item it is given, and only those it was given are looked up.
    const answerOf = (index: number) => answers.get(items[index] as Given) as z.output<Schema>;
    await repository.complete(
      tx,
      fresh.flatMap((item) => (item.idempotency ? [{ ...item.idempotency, answer: answers.get(item) }] : [])),
    );
    return replays.map((replay, index): Answered<z.output<Schema>> => {
      switch (replay.kind) {
        case 'do':
          return { ok: true, answer: answerOf(index) };
        case 'same_as':
          return { ok: true, answer: answerOf(replay.index) };
        case 'answer':
          return { ok: true, answer: schema.parse(replay.answer) };
        case 'refuse':
          return { ok: false, refusal: 'key_reused' };
      }
    });
  };

  return {
    each,

    /** The same for one piece of work. */
    once: async <Schema extends z.ZodType>(
      tx: Tx,
      idempotency: IdempotentRequest | undefined,
      schema: Schema,
      work: () => Promise<z.output<Schema>>,
    ): Promise<Answered<z.output<Schema>>> => {
      const [answered] = await each(tx, [{ idempotency }], schema, (fresh) => Promise.all(fresh.map(work)));
      // One item, one answer.
      return answered as Answered<z.output<Schema>>;
    },

    /** The answer to a request that was answered before; undefined for a new one. Claims nothing. */
    peek: async <Schema extends z.ZodType>(
      read: Queryable,
      request: IdempotentRequest,
      schema: Schema,
    ): Promise<Answered<z.output<Schema>> | undefined> => {
      const [replay] = planReplays([request], await repository.find(read, request, keptSince(now())));
      if (replay?.kind === 'answer') return { ok: true, answer: schema.parse(replay.answer) };
      return replay?.kind === 'refuse' ? { ok: false, refusal: 'key_reused' } : undefined;
    },
  };
}

export type Idempotency = ReturnType<typeof createIdempotency>;
