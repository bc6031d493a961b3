import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { RejectedLine } from './ingest.ts';

/** Whose events they are: a format such as `sysmon`, or a log source as rules name it, `product=linux,service=sshd`. */
export const EventSource = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[a-z0-9][a-z0-9._,= -]*$/i, 'letters, digits, blanks and any of . _ , = -');

/** Largest single event, in bytes. */
export const EVENT_MAX_BYTES = 1024 * 1024;

/** Bad lines after which a body is not read any further. */
export const EVENTS_MAX_REJECTED = 10_000;

/** Every event received was matched and stored, or is among the rejected. */
export const EventsOutcome = z.object({
  received: z.number().int().min(0),
  /** Matches of rules: an event that two rules match counts twice. */
  matched: z.number().int().min(0),
  /** Alerts that are new; the other matches are occurrences of alerts that were there. */
  alerts: z.number().int().min(0),
  deduplicated: z.number().int().min(0),
  rejected: z.array(RejectedLine),
});
export type EventsOutcome = z.infer<typeof EventsOutcome>;

export const IngestEvents = endpoint({
  id: 'ingestEvents',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/events',
  summary:
    'Takes raw events as NDJSON or a JSON array through the Sigma rules of the tenant. Read as a stream, stored batch by batch; a bad line is reported and costs no good one.',
  permission: 'alerts:ingest',
  query: z.strictObject({
    /** Told by their form when absent, or unknown. */
    source: EventSource.optional(),
  }),
  bodyKind: 'stream',
  responses: { 200: EventsOutcome },
  errors: { 422: ['events.too_many_rejected'], 503: ['detection.failed', 'detection.busy'] },
});
