import { z } from 'zod';
import { event, type EventSpec } from '../event.ts';
import { JsonValue } from '../primitives.ts';
import { ServiceName } from '../service-name.ts';

/** How it ended: done, refused to who may not, or failed for another reason. */
export const AuditOutcome = z.enum(['success', 'denied', 'failure']);
export type AuditOutcome = z.infer<typeof AuditOutcome>;

/** Who did it. `system` is a service by itself, `anonymous` somebody who has not shown who they are. */
export const AuditActor = z.object({
  kind: z.enum(['user', 'api_key', 'service', 'system', 'anonymous']),
  id: z.string().max(256).optional(),
  name: z.string().max(256).optional(),
});
export type AuditActor = z.infer<typeof AuditActor>;

/** What it was done to: `{type: 'channel', id: '0198…'}`. */
export const AuditTarget = z.object({ type: z.string().max(64), id: z.string().max(256).optional() });
export type AuditTarget = z.infer<typeof AuditTarget>;

/** The request by which it was done; `route` is the URL of the contract, never what was put into it. */
export const AuditRequest = z.object({
  method: z.string().max(16).optional(),
  route: z.string().max(256).optional(),
  address: z.string().max(64).optional(),
  userAgent: z.string().max(256).optional(),
});
export type AuditRequest = z.infer<typeof AuditRequest>;

/** `<noun>.<verb>`, e.g. `channel.create`. */
export const AuditAction = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z_]*\.[a-z][a-z_]*$/);

/** What a service says about something that somebody did; the envelope says when, which service and which tenant. */
export const AuditFact = z.object({
  action: AuditAction,
  outcome: AuditOutcome,
  actor: AuditActor,
  target: AuditTarget.optional(),
  /** Why it was refused or failed: the code of a problem. */
  reason: z.string().max(512).optional(),
  /** At most 4 KB of JSON. */
  details: z.record(z.string(), JsonValue).optional(),
  request: AuditRequest.optional(),
});
export type AuditFact = z.infer<typeof AuditFact>;

const recordedBy = (owner: ServiceName) =>
  event({
    type: `audit.${owner}.recorded`,
    version: 1,
    owner,
    summary: `Something to be kept in the audit trail happened in the service ${owner}.`,
    payload: AuditFact,
  });

export type AuditRecorded = ReturnType<typeof recordedBy>;

/** One type of event for each service, since Redis lets only the owner of a type write its stream. */
export const auditEvents: ReadonlyMap<ServiceName, AuditRecorded> = new Map(
  ServiceName.options.map((owner) => [owner, recordedBy(owner)]),
);

/** Whether a type of event is one of those that fill the audit trail. */
export const isAuditEvent = (spec: EventSpec): boolean => auditEvents.get(spec.owner) === spec;
