import { DEFAULT_PAGE_LIMIT, type DeadLetter, Timestamp, Uuid } from '@soc/contracts';
import { MAX_DISCARDED_LETTERS } from '@soc/contracts/bus/dead-letter-operations';
import type { BusOperations as BusEndpoints } from '@soc/contracts/bus/endpoints';
import { z } from 'zod';
import { disclosedLetter, maySeePayloads } from './bus-disclosure.ts';
import type { BusRouteDeps, Operator } from './bus-operator.ts';
import { decodeCursor, pageOf } from './cursor.ts';
import { conflict, type HttpProblem, notFound } from './problems.ts';
import { type Route, route } from './route.ts';

const DEFAULT_REPLAYED = 100;
/** Less than the gateway waits for an answer. */
const REPLAY_WITHIN_MS = 20_000;

const Position = z.tuple([Timestamp, Uuid]);
const positionOf = ({ lastFailedAt, eventId }: DeadLetter) => [lastFailedAt, eventId];

type Refusal = 'not_found' | 'settled' | 'busy' | 'not_replayable';

const DETAILS: Readonly<Record<Refusal, string>> = {
  not_found: 'there is no such dead letter',
  settled: 'it has been replayed or discarded',
  busy: 'somebody else is at work on it',
  not_replayable: 'it cannot be given to a handler',
};

function problemOf(refusal: Refusal, reason?: string): HttpProblem {
  const detail = reason ?? DETAILS[refusal];
  return refusal === 'not_found'
    ? notFound('bus.dead_letter_not_found', detail)
    : conflict(`bus.dead_letter_${refusal}`, detail);
}

type Deps = Pick<BusRouteDeps, 'db' | 'operations'>;

/** Listing, inspecting, replaying and discarding the dead letters of a service. */
export function deadLetterRoutes(
  bus: BusEndpoints,
  { db, operations: { deadLetters } }: Deps,
  operator: Operator,
): readonly Route[] {
  return [
    route(bus.listDeadLetters, async ({ query, principal, consistencyToken }) => {
      operator(principal);
      const { limit = DEFAULT_PAGE_LIMIT, cursor, state = 'waiting', ...filter } = query;
      const after = decodeCursor(Position, cursor);
      const wanted = { filter, state, after, limitRows: limit + 1 };
      const letters = await deadLetters.list(db.readYourWrites(consistencyToken), wanted);
      return pageOf(
        letters.map((letter) => disclosedLetter(letter, principal)),
        limit,
        positionOf,
      );
    }),

    route(bus.getDeadLetter, async ({ params: { eventId }, principal, consistencyToken }) => {
      const by = operator(principal);
      if (maySeePayloads(principal)) {
        const opened = await deadLetters.inspect(eventId, by);
        if (!opened) throw problemOf('not_found');
        return opened;
      }
      const letter = await deadLetters.find(db.readYourWrites(consistencyToken), eventId);
      if (!letter) throw problemOf('not_found');
      return { ...disclosedLetter(letter, principal), contents: null, sealed: 'no_permission' as const };
    }),

    route(bus.replayDeadLetter, async ({ params, principal }) => {
      const result = await deadLetters.replay(params.eventId, operator(principal));
      if (!result.ok) throw problemOf(result.refusal, maySeePayloads(principal) ? result.reason : undefined);
      return { outcome: result.outcome, letter: disclosedLetter(result.letter, principal) };
    }),

    route(bus.replayDeadLetters, async ({ body: { limit = DEFAULT_REPLAYED, ...filter }, principal }) =>
      deadLetters.replayAll(filter, operator(principal), { limitLetters: limit, withinMs: REPLAY_WITHIN_MS }),
    ),

    route(bus.discardDeadLetter, async ({ params, body: { reason }, principal }) => {
      const result = await deadLetters.discard(params.eventId, { by: operator(principal), reason });
      if (!result.ok) throw problemOf(result.refusal);
      return disclosedLetter(result.letter, principal);
    }),

    route(bus.discardDeadLetters, async ({ body: { reason, ...filter }, principal }) =>
      deadLetters.discardAll(filter, { by: operator(principal), reason }, MAX_DISCARDED_LETTERS),
    ),
  ];
}
