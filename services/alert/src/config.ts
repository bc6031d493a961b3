import { z } from 'zod';

const Seconds = z.coerce.number().int().min(1);

/** What the alert service reads from its environment beside what every service has. */
export const AlertConfig = z.object({
  DEDUP_WINDOW_S: Seconds.max(30 * 86_400)
    .default(3_600)
    .describe('How long after its first arrival an alert absorbs others with its fingerprint.'),
  CORRELATION_WINDOW_S: Seconds.max(30 * 86_400)
    .default(3_600)
    .describe('Longest time, by event time, between an alert and the nearest edge of the incident it joins.'),
  CORRELATION_MAX_SPAN_S: Seconds.max(365 * 86_400)
    .default(86_400)
    .describe('Longest event time an incident spans before it is locked and later alerts begin a new one.'),
  SIGMA_LATENESS_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe(
      'How much earlier than the latest event of its group an event may be and still count in a Sigma correlation.',
    ),
  SIGMA_WINDOW_EVENTS: z.coerce
    .number()
    .int()
    .min(100)
    .max(100_000)
    .default(5_000)
    .describe('Events that a window of a Sigma correlation remembers at most, where it needs every one.'),
  SILENT_SOURCE_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(3_600)
    .describe(
      'How long after its last event a source of raw events counts as silent, which raises an alert; 0 is never.',
    ),
  EVENTS_KEEP_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(365)
    .default(7)
    .describe('How long raw events are kept for backtests of rules; 0 keeps none.'),
});
export type AlertConfig = z.infer<typeof AlertConfig>;
