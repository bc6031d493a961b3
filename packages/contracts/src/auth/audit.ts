import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, TenantId, Timestamp, Uuid } from '../primitives.ts';
import { ServiceName } from '../service-name.ts';
import { AuditAction, AuditFact, AuditOutcome } from './audit-events.ts';

/** A record of the audit trail. `seq` is its place in the chain of the fleet, so a tenant sees gaps where others' are. */
export const AuditRecord = AuditFact.extend({
  v: z.literal(1),
  seq: z.number().int().min(1),
  id: Uuid,
  at: Timestamp,
  service: ServiceName,
  tenantId: TenantId,
  correlationId: z.string(),
});
export type AuditRecord = z.infer<typeof AuditRecord>;

/** Which records; all when nothing is named. */
export const AuditFilter = z.strictObject({
  /** Not before this. */
  from: Timestamp.optional(),
  /** Before this. */
  to: Timestamp.optional(),
  /** Id of whoever did it. */
  actor: z.string().min(1).max(256).optional(),
  action: AuditAction.optional(),
  outcome: AuditOutcome.optional(),
  service: ServiceName.optional(),
  /** Id of what it was done to. */
  target: z.string().min(1).max(256).optional(),
  /** `fleet` for the records of every tenant: for who operates the fleet and belongs to the tenant that runs it. */
  scope: z.enum(['tenant', 'fleet']).optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

const operators = { 403: ['auth.not_operator'] };

export const ListAuditRecords = endpoint({
  id: 'listAuditRecords',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/audit',
  summary: 'Who did what, or was refused, in every service: the newest first.',
  permission: 'audit:read',
  query: PageQuery.extend(AuditFilter.shape),
  responses: { 200: page(AuditRecord) },
  errors: operators,
});

export const ExportAudit = endpoint({
  id: 'exportAudit',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/audit/export',
  summary:
    'The audit trail from its first record on, a line of JSON each, for `soc audit verify`. What does not fit the filter, or is of another tenant, is there as a hash alone, so that what is shown can be verified all the same.',
  permission: 'audit:read',
  audit: 'audit.export',
  query: AuditFilter,
  responses: { 200: z.unknown() },
  produces: 'application/x-ndjson',
  errors: operators,
});
