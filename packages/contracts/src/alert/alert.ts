import { z } from 'zod';
import { Observable, Severity, TenantId, Timestamp, Uuid, Verdict } from '../primitives.ts';

/** new → triaged → investigating → closed; a closed alert may be reopened to investigating. */
export const AlertStatus = z.enum(['new', 'triaged', 'investigating', 'closed']);
export type AlertStatus = z.infer<typeof AlertStatus>;

/** Intel's summary of an alert's observables. */
export const Reputation = z.enum(['malicious', 'suspicious', 'benign', 'unknown']);
export type Reputation = z.infer<typeof Reputation>;

/** An ATT&CK technique id such as `T1059.001`; ids not in the catalogue are kept as they came. */
export const TechniqueId = z.string().min(1).max(64);

/** A normalised alert, OCSF Detection Finding in spirit: what happened, where it came from, what it touches, how triage stands. */
export const Alert = z.object({
  id: Uuid,
  tenantId: TenantId,
  title: z.string(),
  description: z.string().nullable(),
  severity: Severity,
  status: AlertStatus,
  /** The webhook source or `api`, e.g. `suricata`. */
  source: z.string(),
  /** The rule of the source that fired, where it names one. */
  ruleId: z.string().nullable(),
  ruleName: z.string().nullable(),
  /** The id the source itself gave the alert. */
  externalId: z.string().nullable(),
  fingerprint: z.string(),
  occurrences: z.number().int().min(1),
  observables: z.array(Observable),
  tactics: z.array(z.string()),
  techniques: z.array(TechniqueId),
  tags: z.array(z.string()),
  /** When it happened, by the source's clock. */
  occurredAt: Timestamp,
  lastSeenAt: Timestamp,
  receivedAt: Timestamp,
  /** ai's score 0–100 and verdict; null until analysed. */
  score: z.number().int().min(0).max(100).nullable(),
  suggestedVerdict: Verdict.nullable(),
  /** intel's answer; null until enriched. */
  reputation: Reputation.nullable(),
  verdict: Verdict.nullable(),
  assignee: z.string().nullable(),
  incidentId: Uuid.nullable(),
  /** The suppression that hid it when it arrived: then nobody was told, and nothing analysed it. */
  suppressedBy: Uuid.nullable().optional(),
  /** Since when its source says that it is over, by event time; null while it fires. */
  resolvedAt: Timestamp.nullable().optional(),
  analysedAt: Timestamp.nullable(),
  enrichedAt: Timestamp.nullable(),
  triagedAt: Timestamp.nullable(),
  closedAt: Timestamp.nullable(),
  /** Grows by one with every change; a fact with a lower version is older. */
  version: z.number().int().min(1),
});
export type Alert = z.infer<typeof Alert>;
