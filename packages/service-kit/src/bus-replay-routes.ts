import { DEFAULT_PAGE_LIMIT, Uuid } from '@soc/contracts';
import type { BusOperations as BusEndpoints } from '@soc/contracts/bus/endpoints';
import { z } from 'zod';
import { disclosedEntry } from './bus-disclosure.ts';
import type { BusRouteDeps, Operator } from './bus-operator.ts';
import { decodeCursor, pageOf } from './cursor.ts';
import { conflict, notFound } from './problems.ts';
import { type Route, route } from './route.ts';

const Position = z.tuple([Uuid]);

const REFUSALS = {
  not_subscribed: 'this service does not hear events of that type',
  replay_running: 'a replay of that type is running; cancel it or wait for its end',
} as const;

const noReplay = () => notFound('bus.replay_not_found', 'there is no such replay');

/** Replays of time ranges to a service, and its part of the audit trail. */
export function replayRoutes(
  bus: BusEndpoints,
  { service, db, operations }: Pick<BusRouteDeps, 'service' | 'db' | 'operations'>,
  operator: Operator,
): readonly Route[] {
  return [
    route(bus.startReplay, async ({ body: { type, from, to }, principal }) => {
      const range = { type, from: new Date(from), to: to === undefined ? undefined : new Date(to) };
      const result = await operations.startReplay(range, operator(principal));
      if (!result.ok) throw conflict(`bus.${result.refusal}`, REFUSALS[result.refusal]);
      return result.replay;
    }),

    route(
      bus.listReplays,
      async ({ query: { limit = DEFAULT_PAGE_LIMIT, cursor, ...filter }, principal, ...asked }) => {
        operator(principal);
        const beforeId = decodeCursor(Position, cursor)?.[0];
        const wanted = { state: filter.state, type: filter.type, beforeId, limitRows: limit + 1 };
        const rows = await operations.listReplays(db.readYourWrites(asked.consistencyToken), wanted);
        return pageOf(rows, limit, ({ id }) => [id]);
      },
    ),

    route(bus.getReplay, async ({ params, principal, consistencyToken }) => {
      operator(principal);
      const replay = await operations.findReplay(db.readYourWrites(consistencyToken), params.id);
      if (!replay) throw noReplay();
      return replay;
    }),

    route(bus.cancelReplay, async ({ params, principal }) => {
      const result = await operations.cancelReplay(params.id, operator(principal));
      if (result.ok) return result.replay;
      throw result.refusal === 'not_found' ? noReplay() : conflict('bus.replay_ended', 'it has ended');
    }),

    route(bus.getTrail, async ({ params, principal, consistencyToken }) => {
      operator(principal);
      const trail = await operations.trailOf(db.readYourWrites(consistencyToken), params.eventId);
      return { service, ...trail, entries: trail.entries.map((entry) => disclosedEntry(entry, principal)) };
    }),
  ];
}
