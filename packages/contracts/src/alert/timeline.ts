import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Timestamp, Uuid } from '../primitives.ts';

export const TimelineKind = z.enum([
  'alert',
  'received',
  'repeated',
  'resolved',
  'fired_again',
  'near_duplicate',
  'analysed',
  'enriched',
  'correlated',
  'opened',
  'merged',
  'split',
  'undone',
  'status_changed',
  'assigned',
  'severity_changed',
  'title_changed',
  'verdict_given',
  'remapped',
  'commented',
  'evidence_stored',
  'response_requested',
  'response_completed',
]);
export type TimelineKind = z.infer<typeof TimelineKind>;

/** Something that happened to an alert or an incident; in an incident's timeline a member alert is an entry of kind `alert`. */
export const TimelineEntry = z.object({
  id: z.string(),
  at: Timestamp,
  kind: TimelineKind,
  /** The person or service that did it; null for the source of the alert. */
  actor: z.string().nullable(),
  summary: z.string(),
  /** The alert it is about. */
  alertId: Uuid.nullable(),
  /** Details by kind, e.g. `{from, to}` of a change. */
  data: z.record(z.string(), z.unknown()),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const GetAlertTimeline = endpoint({
  id: 'getAlertTimeline',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/:id/timeline',
  summary: 'What happened to an alert, the earliest first.',
  permission: 'alerts:read',
  params: z.strictObject({ id: Uuid }),
  query: PageQuery,
  responses: { 200: page(TimelineEntry) },
  errors: { 404: ['alert.not_found'] },
});

export const GetIncidentTimeline = endpoint({
  id: 'getIncidentTimeline',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/incidents/:id/timeline',
  summary: 'Member alerts and what was done, in the order of event time.',
  permission: 'incidents:read',
  params: z.strictObject({ id: Uuid }),
  query: PageQuery,
  responses: { 200: page(TimelineEntry) },
  errors: { 404: ['incident.not_found'] },
});
