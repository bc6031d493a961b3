import { z } from 'zod';
import { ObservableType, Severity, TenantId, Timestamp, Uuid, Verdict } from '../primitives.ts';

export const IncidentStatus = z.enum(['open', 'investigating', 'contained', 'closed']);
export type IncidentStatus = z.infer<typeof IncidentStatus>;

/** Why an alert belongs to an incident: the entity it shares with an earlier member. */
export const CorrelationReason = z.object({
  alertId: Uuid,
  /** The member it was joined to; null for the first. */
  relatedAlertId: Uuid.nullable(),
  entityType: ObservableType,
  entityValue: z.string(),
  explanation: z.string(),
});
export type CorrelationReason = z.infer<typeof CorrelationReason>;

/** Alerts that share entities within a time window, told as one story. */
export const Incident = z.object({
  id: Uuid,
  tenantId: TenantId,
  title: z.string(),
  severity: Severity,
  status: IncidentStatus,
  verdict: Verdict.nullable(),
  assignee: z.string().nullable(),
  alertCount: z.number().int().min(0),
  entities: z.array(z.object({ type: ObservableType, value: z.string() })),
  tactics: z.array(z.string()),
  techniques: z.array(z.string()),
  /** Event time of the first and last member. */
  firstSeenAt: Timestamp,
  lastSeenAt: Timestamp,
  /** True once it spans the longest allowed time: later alerts begin a new incident. */
  locked: z.boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  closedAt: Timestamp.nullable(),
  /** The incident that took over its alerts; only on one that was merged, which is closed. */
  mergedIntoId: Uuid.optional(),
  version: z.number().int().min(1),
});
export type Incident = z.infer<typeof Incident>;
