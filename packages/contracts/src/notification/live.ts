import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Severity, Timestamp } from '../primitives.ts';

/** The data of one server-sent event; the SSE `event` field repeats `type`. */
export const LiveEvent = z.object({
  /** An event of the fleet, e.g. `incident.created`. */
  type: z.string(),
  subject: z.string(),
  at: Timestamp,
  title: z.string(),
  severity: Severity.nullable(),
  /** What changed or came of it, by type; small. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type LiveEvent = z.infer<typeof LiveEvent>;

export const StreamNotifications = endpoint({
  id: 'streamNotifications',
  service: 'notification',
  method: 'GET',
  url: '/api/v1/notifications/stream',
  summary: 'Live events of the tenant (SSE); Last-Event-ID replays what was missed, `event: gap` says more was missed',
  permission: 'notifications:read',
  responses: { 200: z.unknown() },
  produces: 'text/event-stream',
  errors: { 503: ['notification.too_many_streams', 'notification.stream_unavailable'] },
});
