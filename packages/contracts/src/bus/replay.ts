import { z } from 'zod';
import { Timestamp, Uuid } from '../primitives.ts';
import { BusActor, EventType } from './dead-letter.ts';

/** `failed`: it cannot go on, `error` says why. */
export const ReplayState = z.enum(['running', 'done', 'cancelled', 'failed']);
export type ReplayState = z.infer<typeof ReplayState>;

/** The events of one type from a time range, given to one service once more. */
export const BusReplay = z.object({
  id: Uuid,
  type: z.string(),
  /** Of the times the events were put on their stream, `from` inclusive and `to` exclusive. */
  from: Timestamp,
  to: Timestamp,
  state: ReplayState,
  /** Share of the time range that is behind it, 0 to 1. */
  progress: z.number().min(0).max(1),
  /** Events whose handler ran again and committed. */
  handled: z.number().int().min(0),
  /** Events of other services or without concern for this one. */
  ignored: z.number().int().min(0),
  /** Events whose handler failed or that were refused; they are among the dead letters. */
  failed: z.number().int().min(0),
  /** Events before this time were in the range but are no longer on the stream; null when none was missing. */
  missingBefore: Timestamp.nullable(),
  error: z.string().nullable(),
  requestedBy: BusActor,
  requestedAt: Timestamp,
  endedAt: Timestamp.nullable(),
});
export type BusReplay = z.infer<typeof BusReplay>;

/** `to` is now when absent, and never later. */
export const NewBusReplay = z
  .strictObject({ type: EventType, from: Timestamp, to: Timestamp.optional() })
  .refine(({ from, to }) => to === undefined || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    message: 'must be later than from',
  });
export type NewBusReplay = z.infer<typeof NewBusReplay>;
