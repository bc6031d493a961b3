import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Uuid } from '../primitives.ts';
import { EventJourney } from './trail.ts';

export const GetEventJourney = endpoint({
  id: 'getEventJourney',
  service: 'gateway',
  method: 'GET',
  url: '/api/v1/bus/trail/:eventId',
  summary: 'The way of an event through the fleet: who published it, who received it, when, with which outcome.',
  permission: 'fleet:read',
  params: z.strictObject({ eventId: Uuid }),
  responses: { 200: EventJourney },
  errors: { 403: ['bus.not_operator'] },
});
