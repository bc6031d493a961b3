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
});
export type AlertConfig = z.infer<typeof AlertConfig>;
