import { z } from 'zod';
import { canonicalJson, type Json } from './canonical-json.ts';

/**
 * A record of the trail. `seq` counts from 1 without gaps; `id` is that of the event it came with; `at` is when the service
 * that recorded it did so. Other keys are what was recorded: action, outcome, actor and so on.
 */
export const TrailRecord = z
  .object({
    v: z.literal(1),
    seq: z.number().int().min(1),
    id: z.string(),
    at: z.string(),
    service: z.string(),
    tenantId: z.string(),
  })
  .catchall(z.json());
export type TrailRecord = z.infer<typeof TrailRecord>;

/** A record that is about to be written. */
export type NewRecord = Pick<TrailRecord, 'v' | 'seq' | 'id' | 'at' | 'service' | 'tenantId'> & {
  readonly [key: string]: Json | undefined;
};

/** The text of a record that is hashed: its canonical JSON. */
export const bodyOf = (record: NewRecord): string => canonicalJson(record);
