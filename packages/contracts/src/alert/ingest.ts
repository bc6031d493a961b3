import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Observable, Severity, Timestamp, Uuid } from '../primitives.ts';
import { AlertStatus, TechniqueId } from './alert.ts';

/** A name for where alerts come from: lower case, e.g. `suricata` or `my-siem.eu`. */
export const SourceName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, dot, dash and underscore');

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);

/** Event time; nothing before 1970 is a time anyone saw. */
const EventTime = Timestamp.refine((time) => Date.parse(time) >= 0, 'a real time of 1970 or later');

/** One normalised alert as a client sends it. `fingerprint` overrides what says that two alerts are the same. */
export const CreateAlertBody = z.strictObject({
  title: text(500),
  severity: Severity,
  source: SourceName.optional(),
  description: z.string().max(8_000).optional(),
  observables: z
    .array(Observable.extend({ value: text(2048) }).strict())
    .max(100)
    .optional(),
  occurredAt: EventTime.optional(),
  ruleId: text(256).optional(),
  ruleName: text(500).optional(),
  externalId: text(256).optional(),
  tactics: z.array(text(64)).max(20).optional(),
  techniques: z.array(TechniqueId).max(50).optional(),
  tags: z.array(text(100)).max(50).optional(),
  fingerprint: text(256).optional(),
});
export type CreateAlertBody = z.infer<typeof CreateAlertBody>;

/** What became of an alert that was sent: a new one, or one more occurrence of one that is there. */
export const AcceptedAlert = z.object({
  id: Uuid,
  status: AlertStatus,
  fingerprint: z.string(),
  occurrences: z.number().int().min(1),
  deduplicated: z.boolean(),
  /** Only of a near-duplicate: in how many of 64 bits of simhash it differs from the alert it was counted with. */
  nearDistance: z.number().int().optional(),
});
export type AcceptedAlert = z.infer<typeof AcceptedAlert>;

export const CreateAlert = endpoint({
  id: 'createAlert',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts',
  summary: 'Accept one alert; it is stored when this answers. Takes an Idempotency-Key.',
  permission: 'alerts:ingest',
  body: CreateAlertBody,
  responses: { 201: AcceptedAlert },
  errors: { 422: ['idempotency.key_reused'] },
});

/** Most alerts of one bulk. */
export const BULK_MAX_ALERTS = 10_000;

/** A line that was not accepted. `index` counts the non-empty lines (or the array's elements) from 0. */
export const RejectedLine = z.object({ index: z.number().int().min(0), code: z.string(), detail: z.string() });
export type RejectedLine = z.infer<typeof RejectedLine>;

export const BulkOutcome = z.object({
  received: z.number().int(),
  created: z.number().int(),
  deduplicated: z.number().int(),
  rejected: z.array(RejectedLine),
});
export type BulkOutcome = z.infer<typeof BulkOutcome>;

export const BulkAlerts = endpoint({
  id: 'bulkAlerts',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/bulk',
  timeoutMs: 120_000,
  summary:
    'Accept up to 10,000 alerts as NDJSON or a JSON array; a bad line is reported and costs no good one. Takes an Idempotency-Key.',
  permission: 'alerts:ingest',
  body: z.string(),
  bodyKind: 'text',
  bodyLimitBytes: 32 * 1024 * 1024,
  responses: { 200: BulkOutcome },
  errors: { 413: ['request.too_large', 'alert.bulk_too_large'], 422: ['idempotency.key_reused'] },
});

/**
 * A payload may hold many documents: each became an alert, was refused with the field that is wrong, or is no alert at all
 * (`skipped`), such as a flow record among Suricata's alerts.
 */
export const WebhookOutcome = z.object({
  alerts: z.array(AcceptedAlert.pick({ id: true, deduplicated: true, nearDistance: true })),
  rejected: z.array(RejectedLine),
  skipped: z.number().int().min(0),
});
export type WebhookOutcome = z.infer<typeof WebhookOutcome>;

export const ReceiveWebhook = endpoint({
  id: 'receiveWebhook',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/webhooks/:source',
  summary: "Accept a vendor's own payload; `mapping` names the field mapping of the source `generic`.",
  permission: 'alerts:ingest',
  params: z.strictObject({ source: z.string().min(1).max(64) }),
  query: z.strictObject({ mapping: z.string().min(1).max(64).optional() }),
  body: z.string(),
  bodyKind: 'text',
  bodyLimitBytes: 8 * 1024 * 1024,
  responses: { 202: WebhookOutcome },
  errors: { 404: ['alert.source_unknown', 'alert.mapping_unknown'], 422: ['alert.unmappable'] },
});
