import type { BusActor, DeadLetter, DeadLetterFilter, DeadLetterState, OpenedDeadLetter } from '@soc/contracts';
import type { DbCluster, Queryable } from '@soc/db-cluster';
import { Counter, type Registry } from '@soc/monitoring';
import type { TrailNote, TrailRepository } from './audit-trail-repository.ts';
import type { DeadLettersRepository, LetterPosition } from './dead-letters-repository.ts';
import type { LetterReplayer } from './dead-letter-replay.ts';
import type { LetterSeal } from './letter-seal.ts';

export type SettledRefusal = 'not_found' | 'settled' | 'busy';

/** The dead letters of one service. Every act is noted in the audit trail, in the transaction of the act. */
export interface DeadLetters extends Pick<LetterReplayer, 'replay' | 'replayAll'> {
  readonly list: (
    read: Queryable,
    query: {
      readonly filter: DeadLetterFilter;
      readonly state: DeadLetterState;
      readonly after: LetterPosition | undefined;
      readonly limitRows: number;
    },
  ) => Promise<readonly DeadLetter[]>;
  readonly find: (read: Queryable, eventId: string) => Promise<DeadLetter | undefined>;
  /** Opens a letter; the trail tells who did. */
  readonly inspect: (eventId: string, by: BusActor) => Promise<OpenedDeadLetter | undefined>;
  readonly discard: (
    eventId: string,
    as: { readonly by: BusActor; readonly reason: string },
  ) => Promise<
    { readonly ok: true; readonly letter: DeadLetter } | { readonly ok: false; readonly refusal: SettledRefusal }
  >;
  /** At most `limitLetters`, the oldest failure first; those that somebody works on are left out. */
  readonly discardAll: (
    filter: DeadLetterFilter,
    as: { readonly by: BusActor; readonly reason: string },
    limitLetters: number,
  ) => Promise<{ readonly discarded: number; readonly remaining: number }>;
}

interface Options {
  readonly db: DbCluster;
  readonly letters: DeadLettersRepository;
  readonly trail: TrailRepository;
  readonly seal: LetterSeal;
  readonly replayer: LetterReplayer;
  readonly registry: Registry;
  readonly now: () => Date;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Shown as it is: that it is no JSON is why it is here.
  }
};

/** What people may do with the dead letters of a service. */
export function createDeadLetters(options: Options): DeadLetters {
  const { db, letters, trail, seal, replayer, registry, now } = options;
  const discarded = new Counter({
    name: 'soc_dead_letters_discarded_total',
    help: 'Dead letters a person gave up.',
    labelNames: ['type'],
    registers: [registry],
  });

  return {
    list: letters.list,
    find: async (read, eventId) => (await letters.find(read, eventId))?.letter,

    inspect: (eventId, by) =>
      db.tx(async (tx) => {
        const found = await letters.find(tx, eventId);
        if (!found) return undefined;
        const { letter, body } = found;
        const opened = seal.open(letter.type, body);
        await trail.append(tx, [{ kind: 'inspected', type: letter.type, eventIds: [eventId], actor: by }]);
        return opened.ok
          ? { ...letter, contents: opened.texts.map(parse), sealed: null }
          : { ...letter, contents: null, sealed: 'unreadable' as const };
      }),

    discard: (eventId, { by, reason }) =>
      db.tx(async (tx) => {
        const taken = await letters.take(tx, eventId);
        if (!taken) return { ok: false, refusal: (await letters.find(tx, eventId)) ? 'busy' : 'not_found' };
        if (taken.letter.state !== 'waiting') return { ok: false, refusal: 'settled' };
        const { type } = taken.letter;
        const letter = await letters.settle(tx, eventId, { state: 'discarded', by, at: now(), reason }, 0);
        await trail.append(tx, [{ kind: 'discarded', type, eventIds: [eventId], reason, actor: by }]);
        tx.afterCommit(() => discarded.inc({ type }));
        return { ok: true, letter: letter ?? taken.letter };
      }),

    discardAll: (filter, { by, reason }, limitLetters) =>
      db.tx(async (tx) => {
        const rows = await letters.discardAll(tx, filter, { by, reason, at: now() }, limitLetters);
        const notes = [...Map.groupBy(rows, ({ type }) => type)].map(([type, of]): TrailNote => ({
          kind: 'discarded',
          type,
          eventIds: of.map(({ event_id }) => event_id),
          reason,
          actor: by,
        }));
        await trail.append(tx, notes);
        tx.afterCommit(() => notes.forEach(({ type, eventIds }) => discarded.inc({ type }, eventIds.length)));
        return { discarded: rows.length, remaining: await letters.count(tx, filter) };
      }),

    replay: replayer.replay,
    replayAll: replayer.replayAll,
  };
}
