import { z } from 'zod';
import { Timestamp, Uuid } from '../primitives.ts';
import { BusActor } from './dead-letter.ts';
import { BusService } from './bus-service.ts';

/**
 * What happened to an event at a service. `published`: Redis has it. `handled`: its effect is committed. `ignored`: it was
 * for another service or of no concern. `failed`: its handler threw, it will be tried again. `refused`: it was not given to
 * a handler. `buried`: it became a dead letter. `inspected`, `replayed`, `replay_failed`, `discarded`: what people did.
 */
export const TrailKind = z.enum([
  'published',
  'handled',
  'ignored',
  'failed',
  'refused',
  'buried',
  'inspected',
  'replayed',
  'replay_failed',
  'discarded',
]);
export type TrailKind = z.infer<typeof TrailKind>;

export const TrailEntry = z.object({
  at: Timestamp,
  kind: TrailKind,
  type: z.string(),
  /** The process that did it. */
  instance: z.string(),
  /** Events it was done to at once, this one included. */
  batch: z.number().int().min(1),
  attempt: z.number().int().nullable(),
  reasonCode: z.string().nullable(),
  /** In words; of a failure without `bus:inspect` only the code, and SQLSTATE or name of the error. */
  reason: z.string().nullable(),
  /** Whoever asked for it; null for what the bus does by itself. */
  actor: BusActor.nullable(),
});
export type TrailEntry = z.infer<typeof TrailEntry>;

/** `dead`: among the dead letters. `retrying`: failed and not yet given up. */
export const TrailOutcome = z.enum(['handled', 'ignored', 'retrying', 'dead', 'replayed', 'discarded']);
export type TrailOutcome = z.infer<typeof TrailOutcome>;

/** What one service knows of an event; without entries it has never met it, or has forgotten it. */
export const ServiceTrail = z.object({
  service: BusService,
  eventId: Uuid,
  /** When it was put on its stream by this service; null for its receivers. */
  publishedAt: Timestamp.nullable(),
  /** How its delivery to this service stands; null when it was not delivered here. */
  outcome: TrailOutcome.nullable(),
  /** Times a handler of this service was given it. */
  attempts: z.number().int().min(0),
  /** Oldest first, 1,000 at most. */
  entries: z.array(TrailEntry),
});
export type ServiceTrail = z.infer<typeof ServiceTrail>;

/** The way of an event through the fleet. */
export const EventJourney = z.object({
  eventId: Uuid,
  publishedBy: BusService.nullable(),
  /** The services that have met it. */
  services: z.array(ServiceTrail),
  /** The services that could not be asked: the way may be longer than is told here. */
  unreachable: z.array(BusService),
});
export type EventJourney = z.infer<typeof EventJourney>;
