import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Uuid } from '../primitives.ts';
import type { BusService } from './bus-service.ts';
import { DeadLetter, DeadLetterFilter, DeadLetterState, OpenedDeadLetter } from './dead-letter.ts';
import { operationId } from './operation-id.ts';

/** Most letters one call replays. */
export const MAX_REPLAYED_LETTERS = 1_000;
/** Most letters one call discards. */
export const MAX_DISCARDED_LETTERS = 10_000;

const LetterParams = z.strictObject({ eventId: Uuid });
const Reason = z.string().trim().min(1).max(1_000);

/** `replayed`: the handler ran and its effect is committed. `already_done`: it had been before. `failed`: the letter stays. */
export const LetterReplay = z.object({
  outcome: z.enum(['replayed', 'already_done', 'failed']),
  letter: DeadLetter,
});
export type LetterReplay = z.infer<typeof LetterReplay>;

/** What became of the letters of a filter; `remaining` fit it and were not reached, for another call. */
export const LettersReplay = z.object({
  replayed: z.number().int().min(0),
  alreadyDone: z.number().int().min(0),
  failed: z.number().int().min(0),
  remaining: z.number().int().min(0),
});
export type LettersReplay = z.infer<typeof LettersReplay>;

/** The bus carries the events of all tenants: only people of the tenant that runs the fleet may operate it. */
const operators = { 403: ['bus.not_operator'] } as const;
const notFound = { ...operators, 404: ['bus.dead_letter_not_found'] } as const;
const settled = ['bus.dead_letter_settled', 'bus.dead_letter_busy'] as const;

/** The endpoints for the dead letters of one service. */
export const deadLetterOperations = (service: BusService) => {
  const base = `/api/v1/bus/${service}/dead-letters`;
  const of = { service } as const;
  return {
    listDeadLetters: endpoint({
      ...of,
      id: operationId('list', service, 'DeadLetters'),
      method: 'GET',
      url: base,
      summary: `The events ${service} gave up, the last failure first; those that wait unless state says otherwise. Why in full words only with bus:inspect.`,
      permission: 'fleet:read',
      query: PageQuery.extend(DeadLetterFilter.shape).extend({ state: DeadLetterState.optional() }),
      responses: { 200: page(DeadLetter) },
      errors: operators,
    }),
    getDeadLetter: endpoint({
      ...of,
      id: operationId('get', service, 'DeadLetter'),
      method: 'GET',
      url: `${base}/:eventId`,
      summary: `A dead letter of ${service}; its contents and why in full words only with bus:inspect, and the trail tells who read them.`,
      permission: 'fleet:read',
      audit: 'dead_letter.inspect',
      params: LetterParams,
      responses: { 200: OpenedDeadLetter },
      errors: notFound,
    }),
    replayDeadLetter: endpoint({
      ...of,
      id: operationId('replay', service, 'DeadLetter'),
      method: 'POST',
      url: `${base}/:eventId/replay`,
      summary: `Gives a dead letter to its handler in ${service} once more, now; its effect happens once, whoever asks how often.`,
      permission: 'fleet:operate',
      audit: 'dead_letter.replay',
      params: LetterParams,
      responses: { 200: LetterReplay },
      errors: { ...notFound, 409: [...settled, 'bus.dead_letter_not_replayable'] },
    }),
    replayDeadLetters: endpoint({
      ...of,
      id: operationId('replay', service, 'DeadLetters'),
      method: 'POST',
      url: `${base}/replay`,
      summary: `Replays the dead letters of ${service} that fit a filter, oldest failure first: at most limit of them (100 when absent), for 20 s at most.`,
      permission: 'fleet:operate',
      audit: 'dead_letter.replay',
      body: DeadLetterFilter.extend({ limit: z.number().int().min(1).max(MAX_REPLAYED_LETTERS).optional() }),
      responses: { 200: LettersReplay },
      errors: operators,
    }),
    discardDeadLetter: endpoint({
      ...of,
      id: operationId('discard', service, 'DeadLetter'),
      method: 'POST',
      url: `${base}/:eventId/discard`,
      summary: `Gives up a dead letter of ${service} for good, with a reason.`,
      permission: 'fleet:operate',
      audit: 'dead_letter.discard',
      params: LetterParams,
      body: z.strictObject({ reason: Reason }),
      responses: { 200: DeadLetter },
      errors: { ...notFound, 409: settled },
    }),
    discardDeadLetters: endpoint({
      ...of,
      id: operationId('discard', service, 'DeadLetters'),
      method: 'POST',
      url: `${base}/discard`,
      summary: `Gives up the dead letters of ${service} that fit a filter, with a reason; at most ${MAX_DISCARDED_LETTERS} in one call.`,
      permission: 'fleet:operate',
      audit: 'dead_letter.discard',
      body: DeadLetterFilter.extend({ reason: Reason }),
      responses: {
        200: z.object({ discarded: z.number().int().min(0), remaining: z.number().int().min(0) }),
      },
      errors: operators,
    }),
  };
};
