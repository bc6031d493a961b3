import type { z } from 'zod';
import type { Permission } from './permission.ts';
import type { ServiceName } from './service-name.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** 302 is how an endpoint that a browser is sent to sends it on. */
export type SuccessStatus = 200 | 201 | 202 | 204 | 302;

export type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 416 | 422 | 423 | 429 | 502 | 503;

/**
 * Why a person's token is good for a few endpoints only: a second factor must be enrolled first, or a password that
 * somebody else chose replaced.
 */
export type TokenLimit = 'mfa_enrolment' | 'password_change';

/**
 * How the body travels: parsed JSON (the default), JSON or a form (`application/x-www-form-urlencoded`), text lines kept as
 * received, or a stream the handler reads itself.
 */
export type BodyKind = 'json' | 'form' | 'text' | 'stream';

/** How long an answer may be kept, and what ends that sooner beside a write to its service by the same tenant. */
export interface CachePolicy {
  readonly maxAgeS: number;
  /** Types of events that the service handles, and after which its answers are different. */
  readonly invalidatedBy: readonly string[];
}

/**
 * One HTTP endpoint, declared once by the service that owns it. The owner's route, the OpenAPI document, the gateway's
 * permission check and the tests all read this value.
 *
 * `errors` lists the problem codes by status; 400 `request.invalid` is implied by a schema, 401 and 403 by a permission.
 */
export interface EndpointSpec {
  readonly id: string;
  readonly service: ServiceName;
  readonly method: HttpMethod;
  /** Fastify syntax, e.g. `/api/v1/alerts/:id`. */
  readonly url: string;
  readonly summary: string;
  readonly permission: Permission | 'public' | 'authenticated';
  /** Open as well to tokens that are limited for one of these reasons; what is public is open to all. */
  readonly openDuring?: readonly TokenLimit[];
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly bodyKind?: BodyKind;
  /** Largest accepted body in bytes; 1 MiB when absent. */
  readonly bodyLimitBytes?: number;
  /** Longest its answer may take to begin, in ms; the gateway's default (30 s) when absent. */
  readonly timeoutMs?: number;
  /** Exactly one success status. Absent schema content (204, streams) is `z.undefined()` or `z.unknown()`. */
  readonly responses: Readonly<Partial<Record<SuccessStatus, z.ZodType>>>;
  /** A PUT or DELETE that must not be sent again after a broken connection: what it was done to is another then. */
  readonly isOnce?: true;
  /** Media type of the success answer; `application/json` when absent. */
  readonly produces?: string;
  /** What a GET may turn its connection into; the gateway passes it on once the caller is known and allowed. */
  readonly upgrade?: 'websocket';
  readonly errors?: Readonly<Partial<Record<ErrorStatus, readonly string[]>>>;
  /** The gateway may keep its answers; for reads that say the same to everybody of a tenant with the same permissions. */
  readonly cache?: CachePolicy;
  /**
   * What the audit trail calls it, `<noun>.<verb>`, e.g. `channel.create`: `service-kit` records every call that was done, refused
   * or failed, with the noun as the type of what it was done to. For what changes configuration or permissions, takes data
   * out, or decides. A 403 is recorded on every endpoint.
   */
  readonly audit?: `${string}.${string}`;
  /** Fields of the body whose values the audit trail shows, beside the names of all; none of them a secret. */
  readonly auditFields?: readonly string[];
}

/** Declares an endpoint; the literal types of the schemas are kept. */
export const endpoint = <const Spec extends EndpointSpec>(spec: Spec): Spec => spec;

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type InputOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

export type ParamsOf<E extends EndpointSpec> = OutputOf<E['params']>;
export type QueryOf<E extends EndpointSpec> = OutputOf<E['query']>;
export type BodyOf<E extends EndpointSpec> = OutputOf<E['body']>;
export type ResponseOf<E extends EndpointSpec> = {
  [S in keyof E['responses']]: InputOf<E['responses'][S]>;
}[keyof E['responses']];

/** What a client sends to `E`, before defaults and transforms. */
export interface CallOf<E extends EndpointSpec> {
  readonly params?: InputOf<E['params']>;
  readonly query?: InputOf<E['query']>;
  readonly body?: InputOf<E['body']>;
}

/** The one success status of an endpoint. */
export function successStatus(spec: EndpointSpec): SuccessStatus {
  const [status] = Object.keys(spec.responses);
  if (status === undefined) throw new Error(`endpoint ${spec.id} declares no success status`);
  // The keys of `responses` are exactly the success statuses, by its type.
  return Number(status) as SuccessStatus;
}

/** Every status an endpoint may answer on purpose (5xx faults aside): what its documentation lists and its tests must show. */
export function declaredStatuses(spec: EndpointSpec): readonly number[] {
  const statuses = new Set<number>([successStatus(spec), ...Object.keys(spec.errors ?? {}).map(Number)]);
  if (spec.params ?? spec.query ?? spec.body) statuses.add(400);
  if (spec.permission !== 'public') statuses.add(401);
  if (spec.permission !== 'public' && spec.permission !== 'authenticated') statuses.add(403);
  return [...statuses].toSorted((a, b) => a - b);
}
