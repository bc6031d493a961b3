import {
  AuditAction,
  type AuditActor,
  type AuditFact,
  type AuditOutcome,
  type AuditRequest,
  type AuditTarget,
} from '@soc/contracts';
import type { Principal } from '@soc/identity';
import type { FastifyRequest } from 'fastify';
import { isIP } from 'node:net';

/** Something to be kept in the audit trail. */
export interface AuditEntry {
  /** `<noun>.<verb>`: `login.attempt`, `channel.create`. */
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly tenantId: string;
  /** Whoever sent `request` when absent; without either, the service itself. */
  readonly actor?: AuditActor;
  readonly target?: AuditTarget;
  /** Why it was refused or failed: the code of a problem. */
  readonly reason?: string;
  /** Plain JSON, no secrets; above 4 KB it is left out, and that is told. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Tells who asked, from where and by which endpoint. */
  readonly request?: FastifyRequest;
}

const MAX_DETAILS_BYTES = 4_096;

/** What PostgreSQL and a canonical form take: no NUL, no half of a surrogate pair, and not too long. */
const tidy = (text: string, maxLength: number): string =>
  text.toWellFormed().replaceAll('\0', '\ufffd').slice(0, maxLength).toWellFormed();

/** Nested JSON made tidy; undefined for what JSON cannot say. */
function tidyDetails(details: Readonly<Record<string, unknown>>): AuditFact['details'] {
  const text = JSON.stringify(details, (_key, value: unknown) => {
    if (typeof value === 'string') return tidy(value, MAX_DETAILS_BYTES);
    return typeof value === 'bigint' ? String(value) : value;
  });
  if (Buffer.byteLength(text) > MAX_DETAILS_BYTES) return { leftOut: 'larger than 4 KB' };
  // What JSON.stringify wrote is JSON.
  return JSON.parse(text) as NonNullable<AuditFact['details']>;
}

/** How the trail names whoever was identified. */
export const actorOf = (principal: Principal | undefined): AuditActor =>
  principal
    ? { kind: principal.kind, id: tidy(principal.subject, 256), name: tidy(principal.name, 256) }
    : { kind: 'anonymous' };

/** Where a request came from, as the gateway says; without its word, the other end of the connection. */
function addressOf({ headers, ip }: FastifyRequest): string {
  const told = headers['x-forwarded-for'];
  return typeof told === 'string' && isIP(told) !== 0 ? told : ip;
}

function requestOf(request: FastifyRequest): AuditRequest {
  const userAgent = request.headers['user-agent'];
  const route = request.routeOptions.url;
  return {
    method: tidy(request.method, 16),
    ...(route !== undefined && { route: tidy(route, 256) }),
    address: tidy(addressOf(request), 64),
    ...(userAgent !== undefined && { userAgent: tidy(userAgent, 256) }),
  };
}

function actorOfEntry({ actor, request }: AuditEntry): AuditActor {
  if (!actor) return request ? actorOf(request.principal) : { kind: 'system' };
  return {
    kind: actor.kind,
    ...(actor.id !== undefined && { id: tidy(actor.id, 256) }),
    ...(actor.name !== undefined && { name: tidy(actor.name, 256) }),
  };
}

/** The payload of the event that tells of an entry: whatever a client sent fits its contract then. Throws for a bad action. */
export function factOf(entry: AuditEntry): AuditFact {
  const { outcome, target, reason, details, request } = entry;
  return {
    action: AuditAction.parse(entry.action),
    outcome,
    actor: actorOfEntry(entry),
    ...(target && {
      target: { type: tidy(target.type, 64), ...(target.id !== undefined && { id: tidy(target.id, 256) }) },
    }),
    ...(reason !== undefined && { reason: tidy(reason, 512) }),
    ...(details && { details: tidyDetails(details) }),
    ...(request && { request: requestOf(request) }),
  };
}
