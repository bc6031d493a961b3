import type { BusLimits } from '@soc/messaging';
import { z } from 'zod';

/** Environment variables of a service's end of the event bus. */
export const BusConfig = z.object({
  BUS_KEY_RING_FILE: z
    .string()
    .min(1)
    .describe('JSON file of the keys that events are sealed with; read again when it changes (soc keys rotate).'),
  BUS_REPLICAS_TO_ACK: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .optional()
    .describe(
      'Replicas of Redis that must have an event before it leaves the outbox; 1 with Sentinels or a Cluster by default, 0 with a single Redis.',
    ),
  BUS_STREAM_KEEP_S: z.coerce
    .number()
    .int()
    .min(60)
    .default(3_600)
    .describe('How long events stay on their stream after every service has handled them.'),
  BUS_STREAM_MAX_MIB: z.coerce
    .number()
    .int()
    .min(1)
    .default(256)
    .describe('Memory of one stream above which handled events go before their time; never one that is not handled.'),
  BUS_STALLED_AFTER_S: z.coerce
    .number()
    .int()
    .min(10)
    .default(300)
    .describe('A service that has events to handle and handles none for so long raises an alarm.'),
  BUS_INBOX_KEEP_S: z.coerce
    .number()
    .int()
    .min(3_600)
    .default(7 * 24 * 3_600)
    .describe('How long handled events are remembered; an older one is refused as stale.'),
  BUS_TRAIL_KEEP_S: z.coerce
    .number()
    .int()
    .min(3_600)
    .default(30 * 24 * 3_600)
    .describe('How long the audit trail of the bus, settled dead letters and ended replays are kept.'),
  BUS_OPERATOR_TENANT: z
    .string()
    .min(1)
    .default('default')
    .describe('The tenant that runs the fleet: only its people may operate the bus, which carries the events of all.'),
});
export type BusConfig = z.infer<typeof BusConfig>;

/** What of the environment bounds the bus. */
export const busLimitsOf = (config: BusConfig): Partial<BusLimits> => ({
  streamKeepMs: config.BUS_STREAM_KEEP_S * 1_000,
  streamMaxBytes: config.BUS_STREAM_MAX_MIB * 1024 * 1024,
  stalledAfterMs: config.BUS_STALLED_AFTER_S * 1_000,
  inboxKeepMs: config.BUS_INBOX_KEEP_S * 1_000,
  trailKeepMs: config.BUS_TRAIL_KEEP_S * 1_000,
});
