import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Severity, Timestamp, Uuid, Verdict } from '../primitives.ts';
import { Alert, AlertStatus, TechniqueId } from './alert.ts';

/** A query parameter that may be repeated or hold a comma list. */
export const commaList = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .union([z.string(), z.array(z.string()).max(50)])
    .transform((given) => [given].flat().flatMap((text) => text.split(',')))
    .pipe(z.array(item).min(1).max(50));

export const ListAlertsQuery = PageQuery.extend({
  status: commaList(AlertStatus).optional(),
  severity: commaList(Severity).optional(),
  source: commaList(z.string().min(1).max(64)).optional(),
  assignee: z.string().min(1).max(200).optional(),
  verdict: commaList(Verdict).optional(),
  incidentId: Uuid.optional(),
  /** The value of an observable of any type, in any case. */
  observable: z.string().min(1).max(2048).optional(),
  technique: TechniqueId.optional(),
  /** Suppressed alerts are left out unless this asks for them: alone (`only`) or among the others (`included`). */
  suppressed: z.enum(['excluded', 'only', 'included']).default('excluded'),
  /** The alerts that one suppression hid. */
  suppressedBy: Uuid.optional(),
  /** By event time: `from` inclusive, `to` exclusive. */
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  /** Words of title, description, rule or observables; `"a phrase"`, `or` and `-not` work. */
  q: z.string().min(1).max(512).optional(),
});
export type ListAlertsQuery = z.infer<typeof ListAlertsQuery>;

export const ListAlerts = endpoint({
  id: 'listAlerts',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts',
  summary: 'Alerts, the latest by event time first.',
  permission: 'alerts:read',
  query: ListAlertsQuery,
  responses: { 200: page(Alert) },
});

export const GetAlert = endpoint({
  id: 'getAlert',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/:id',
  summary: 'One alert.',
  permission: 'alerts:read',
  params: z.strictObject({ id: Uuid }),
  responses: { 200: Alert },
  errors: { 404: ['alert.not_found'] },
});

/** The payload an alert was made from, as it was received. */
export const RawPayload = z.object({
  alertId: Uuid,
  receivedAt: Timestamp,
  payload: z.string(),
  /** `base64` where what was received is no text, as syslog may send it. */
  encoding: z.enum(['text', 'base64']),
  /** The source's mapping, or the tenant's own, by which it was read last; null for an alert that came as one. */
  mapping: z.string().nullable(),
  mappingVersion: z.number().int().nullable(),
});
export type RawPayload = z.infer<typeof RawPayload>;

export const GetRawPayload = endpoint({
  id: 'getRawPayload',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/:id/raw',
  summary: 'What the source sent for the first occurrence of an alert.',
  permission: 'alerts:read',
  params: z.strictObject({ id: Uuid }),
  responses: { 200: RawPayload },
  errors: { 404: ['alert.not_found'] },
});
