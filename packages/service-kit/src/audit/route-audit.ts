import type { AuditOutcome, AuditTarget, EndpointSpec } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { FastifyRequest } from 'fastify';
import { asProblem } from '../fault.ts';
import type { Audit } from './audit.ts';
import type { AuditEntry } from './audit-entry.ts';

/** What a route knows better than its contract about what it has done. */
export interface AuditedChange {
  /** Id of the thing; that in the URL or in the answer when absent. */
  readonly targetId?: string;
  /** Plain JSON, no secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The person it was, where the request itself names nobody. */
  readonly person?: { readonly id: string; readonly displayName: string; readonly tenantId: string };
}

/** The record of one call of an endpoint. */
export interface RouteAudit {
  /** Records the call in the transaction that does it; otherwise it is recorded once it is done. */
  readonly record: (tx: Tx, change?: AuditedChange) => Promise<void>;
  /** The handler has answered. Resolves when the record is on its way, unless the handler made it. */
  readonly done: (answer: unknown) => Promise<void>;
}

const textIn = (value: unknown, key: string): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = (value as Readonly<Record<string, unknown>>)[key];
  return typeof found === 'string' ? found : undefined;
};

const nounOf = (action: string): string => action.slice(0, action.indexOf('.'));

/** What was called, as far as the URL, or else the answer, tells. */
function targetOf(action: string, request: FastifyRequest, answer?: unknown): AuditTarget {
  const named = Object.values((request.params ?? {}) as Readonly<Record<string, string>>).join('/');
  const id = textIn(request.params, 'id') ?? (named === '' ? textIn(answer, 'id') : named);
  return { type: nounOf(action), ...(id !== undefined && { id }) };
}

/** Names of the fields that were sent, and what those hold that the contract says are no secret. */
function fieldsOf({ auditFields = [] }: EndpointSpec, { body }: FastifyRequest): AuditEntry['details'] {
  if (typeof body !== 'object' || body === null || Object.getPrototypeOf(body) !== Object.prototype) return undefined;
  const shown = Object.entries(body).filter(([name]) => auditFields.includes(name));
  return { fields: Object.keys(body).slice(0, 64), ...Object.fromEntries(shown) };
}

/** Nobody in particular has no tenant. */
const tenantOf = ({ principal }: FastifyRequest): string => principal?.tenantId ?? 'default';

/** Records a call of `spec`, when its contract says that it is to be. */
export function createRouteAudit(spec: EndpointSpec, request: FastifyRequest, audit: Audit): RouteAudit {
  let isRecorded = false;
  const entry = (action: string, change: AuditedChange, answer?: unknown): AuditEntry => {
    const details = { ...fieldsOf(spec, request), ...change.details };
    const { person } = change;
    return {
      action,
      outcome: 'success',
      tenantId: person?.tenantId ?? tenantOf(request),
      ...(person && { actor: { kind: 'user' as const, id: person.id, name: person.displayName } }),
      target: {
        ...targetOf(action, request, answer),
        ...(change.targetId !== undefined && { id: change.targetId }),
      },
      ...(Object.keys(details).length > 0 && { details }),
      request,
    };
  };
  return {
    record: async (tx, change = {}) => {
      if (spec.audit === undefined) throw new Error(`${spec.id} names no action for the audit trail`);
      await audit.record(tx, entry(spec.audit, change));
      isRecorded = true;
    },
    done: async (answer) => {
      if (spec.audit !== undefined && !isRecorded) await audit.record(undefined, entry(spec.audit, {}, answer));
    },
  };
}

/** 400 and 404 are mistakes, not deeds. */
function outcomeOf(status: number): AuditOutcome | undefined {
  if (status === 401 || status === 403 || status === 429) return 'denied';
  return status >= 500 || [409, 410, 422, 423].includes(status) ? 'failure' : undefined;
}

/** Records that a call was refused or failed: a 401 or 403 of any endpoint that has a permission, the rest where its contract says. */
export function recordRefusal(spec: EndpointSpec, request: FastifyRequest, error: unknown, audit: Audit): void {
  const { status, code } = asProblem(error);
  const outcome = outcomeOf(status);
  const isRefusal = (status === 401 || status === 403) && spec.permission !== 'public';
  if (!outcome || (spec.audit === undefined && !isRefusal)) return;
  const target = spec.audit === undefined ? { type: 'endpoint', id: spec.id } : targetOf(spec.audit, request);
  audit.refuse({
    action: spec.audit ?? 'endpoint.call',
    outcome,
    tenantId: tenantOf(request),
    target,
    reason: code,
    details: { ...fieldsOf(spec, request), ...(isRefusal && { permission: spec.permission }) },
    request,
  });
}
