import {
  EVENT_MAX_BYTES,
  EVENTS_MAX_REJECTED,
  type EventsOutcome,
  IngestEvents,
} from '@soc/contracts/alert/events-ingest';
import type { RejectedLine } from '@soc/contracts/alert/ingest';
import { invalidRequest, route, type RouteContext, unprocessable } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { type BodyPart, createEventSplitter } from '../domain/detection/event-splitter.ts';
import type { IntakeOutcome } from '../event-intake.ts';

/** Events that travel together: enough to share a transaction, few enough that their thread answers others soon. */
const PART_BYTES = 256 * 1024;

/** Parts of one body under way: one in the rules' thread while the one before commits. */
const PARALLEL = 2;

type Deps = Pick<AlertDeps, 'eventIntake'>;

/** Reads the body as it comes, and no faster than events are stored. */
export const ingestEventsRoute = ({ eventIntake }: Deps) =>
  route(IngestEvents, async ({ query, origin, request, reply }: RouteContext<typeof IngestEvents>) => {
    const total = createTotal();
    const under: Promise<IntakeOutcome>[] = [];
    const settleOne = async (): Promise<void> => {
      const outcome = await under.shift();
      if (outcome) total.add(outcome);
      if (!total.hasTooManyBad()) return;
      // The rest of the body is still on its way and of no use.
      reply.header('connection', 'close');
      throw unprocessable(
        'events.too_many_rejected',
        `more than ${EVENTS_MAX_REJECTED} lines are no events; the ${total.outcome().received} lines before are dealt with`,
      );
    };
    const take = async (part: BodyPart): Promise<void> => {
      if (under.length >= PARALLEL) await settleOne();
      const outcome = part.kind === 'lines' ? eventIntake(part.bytes, query.source ?? null, origin) : OVERSIZED;
      // It is waited for in its turn, which may be after another has failed.
      outcome.catch(() => undefined);
      under.push(outcome);
    };
    try {
      const splitter = createEventSplitter({ partBytes: PART_BYTES, eventBytes: EVENT_MAX_BYTES });
      for await (const bytes of request.raw as AsyncIterable<Buffer>) {
        for (const part of splitter.push(bytes)) await take(part);
      }
      for (const part of splitter.end()) await take(part);
      while (under.length > 0) await settleOne();
    } finally {
      await Promise.allSettled(under);
    }
    return total.answer();
  });

const OVERSIZED: Promise<IntakeOutcome> = Promise.resolve({
  events: 1,
  matched: 0,
  created: 0,
  deduplicated: 0,
  rejected: [{ index: 0, code: 'event.too_large', detail: `an event has at most ${EVENT_MAX_BYTES} bytes` }],
});

function createTotal() {
  let [received, matched, alerts, deduplicated] = [0, 0, 0, 0];
  const rejected: RejectedLine[] = [];
  const outcome = (): EventsOutcome => ({ received, matched, alerts, deduplicated, rejected });
  return {
    add: (part: IntakeOutcome): void => {
      const before = received;
      for (const line of part.rejected) rejected.push({ ...line, index: line.index + before });
      received += part.events;
      matched += part.matched;
      alerts += part.created;
      deduplicated += part.deduplicated;
    },
    hasTooManyBad: () => rejected.length > EVENTS_MAX_REJECTED,
    outcome,
    answer: (): EventsOutcome => {
      if (rejected.length < received) return outcome();
      // Nothing in the body was an event: it is not a body of events at all.
      const named = rejected.slice(0, 20).map(({ index, detail }) => ({ path: `body.${index}`, message: detail }));
      throw invalidRequest(named.length > 0 ? named : [{ path: 'body', message: 'no event in it' }]);
    },
  };
}
