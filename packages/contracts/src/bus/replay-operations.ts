import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Uuid } from '../primitives.ts';
import type { BusService } from './bus-service.ts';
import { EventType } from './dead-letter.ts';
import { operationId } from './operation-id.ts';
import { BusReplay, NewBusReplay, ReplayState } from './replay.ts';
import { ServiceTrail } from './trail.ts';

const ReplayParams = z.strictObject({ id: Uuid });
/** As for the dead letters. */
const operators = { 403: ['bus.not_operator'] } as const;
const notFound = { ...operators, 404: ['bus.replay_not_found'] } as const;

/** The endpoints for replays of time ranges to one service, and for its part of the audit trail. */
export const replayOperations = (service: BusService) => {
  const base = `/api/v1/bus/${service}/replays`;
  const of = { service } as const;
  return {
    startReplay: endpoint({
      ...of,
      id: operationId('start', service, 'Replay'),
      method: 'POST',
      url: base,
      summary: `Gives ${service} the events of a type from a time range once more, whether it has handled them or not; no other service gets them. One at a time for a type.`,
      permission: 'fleet:operate',
      audit: 'event_replay.start',
      body: NewBusReplay,
      responses: { 202: BusReplay },
      errors: { ...operators, 409: ['bus.not_subscribed', 'bus.replay_running'] },
    }),
    listReplays: endpoint({
      ...of,
      id: operationId('list', service, 'Replays'),
      method: 'GET',
      url: base,
      summary: `The replays to ${service}, newest first.`,
      permission: 'fleet:read',
      query: PageQuery.extend({ state: ReplayState.optional(), type: EventType.optional() }),
      responses: { 200: page(BusReplay) },
      errors: operators,
    }),
    getReplay: endpoint({
      ...of,
      id: operationId('get', service, 'Replay'),
      method: 'GET',
      url: `${base}/:id`,
      summary: `A replay to ${service}, and how far it is.`,
      permission: 'fleet:read',
      params: ReplayParams,
      responses: { 200: BusReplay },
      errors: notFound,
    }),
    cancelReplay: endpoint({
      ...of,
      id: operationId('cancel', service, 'Replay'),
      method: 'POST',
      url: `${base}/:id/cancel`,
      summary: `Stops a replay to ${service}; what it has done stays done.`,
      permission: 'fleet:operate',
      audit: 'event_replay.cancel',
      params: ReplayParams,
      responses: { 200: BusReplay },
      errors: { ...notFound, 409: ['bus.replay_ended'] },
    }),
    getTrail: endpoint({
      ...of,
      id: operationId('get', service, 'Trail'),
      method: 'GET',
      url: `/api/v1/bus/${service}/trail/:eventId`,
      summary: `What ${service} did with an event, and when.`,
      permission: 'fleet:read',
      params: z.strictObject({ eventId: Uuid }),
      responses: { 200: ServiceTrail },
      errors: operators,
    }),
  };
};
