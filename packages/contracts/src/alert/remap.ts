import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { QueryInt, Uuid } from '../primitives.ts';
import { SourceName } from './ingest.ts';
import { MappingName } from './mappings.ts';

/** A field that the mapping of today reads differently from the stored payload. */
export const Difference = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });
export type Difference = z.infer<typeof Difference>;

export const RemapOutcome = z.object({
  mapping: z.string(),
  version: z.number().int(),
  examined: z.number().int(),
  /** Alerts that would change, or with `apply` have changed. */
  changes: z.array(
    z.object({ alertId: Uuid, fromVersion: z.number().int().nullable(), differences: z.array(Difference) }),
  ),
  /** Payloads that the mapping makes no single alert of; they stay as they are. */
  unreadable: z.array(z.object({ alertId: Uuid, reason: z.string() })),
  /** For `after` of the next call; null when these were the last. */
  next: Uuid.nullable(),
});
export type RemapOutcome = z.infer<typeof RemapOutcome>;

export const RemapAlerts = endpoint({
  id: 'remapAlerts',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/remap/:source',
  timeoutMs: 120_000,
  summary:
    "Read a source's stored payloads by its mapping of today; tells the differences, and with `apply` makes them.",
  permission: 'alerts:triage',
  audit: 'alerts.remap',
  params: z.strictObject({ source: SourceName }),
  query: z.strictObject({ limit: QueryInt(1, 500).optional() }),
  body: z.strictObject({
    /** The tenant's own mapping that read them, for the sources `generic` and `syslog`. */
    mapping: MappingName.optional(),
    apply: z.boolean().default(false),
    after: Uuid.optional(),
  }),
  responses: { 200: RemapOutcome },
  errors: { 404: ['alert.source_unknown', 'alert.mapping_unknown'] },
});
