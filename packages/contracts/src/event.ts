import type { z } from 'zod';
import type { ServiceName } from './service-name.ts';

/**
 * One type of event, declared once by the service that owns it. Consumers ignore unknown keys of the payload; a breaking
 * change is a new `version` beside the old one.
 */
export interface EventSpec {
  /** CloudEvents `type`, `<noun>.<past participle>`. */
  readonly type: string;
  readonly version: number;
  readonly owner: ServiceName;
  readonly summary: string;
  readonly payload: z.ZodType;
  /**
   * A subscription may ask for these events in order (`order: 'subject'`): as they were committed, for each subject, across
   * all ordered types of the same noun. For events that tell of changes to one thing and are published under its row lock.
   * It costs the publisher an indexed column of its outbox (ADR 0018).
   */
  readonly ordered?: true;
}

/** The kind of thing an event speaks of: `alert` of `alert.created`. Ordered types of one noun share one order. */
export const nounOf = (type: string): string => type.slice(0, type.indexOf('.'));

/** Declares an event; the literal types are kept. */
export const event = <const Spec extends EventSpec>(spec: Spec): Spec => spec;

export type PayloadOf<E extends EventSpec> = z.output<E['payload']>;

/**
 * CloudEvents 1.0 as it travels: `source` is the publishing service, `subject` the id of the thing the event speaks of,
 * `correlationId` the request that began it all, `causationId` the event that directly caused this one.
 */
export interface EventEnvelope<Payload = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly type: string;
  readonly dataschemaversion: number;
  readonly source: string;
  readonly time: string;
  readonly tenantid: string;
  readonly subject: string;
  readonly correlationid: string;
  readonly causationid?: string;
  /** W3C trace context, as `tracestate` is. To a handler: of the handling itself, where that is recorded. */
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly targetservice?: string;
  /** Stands for the writes the event tells of; given to `readYourWrites`, a replica shows them. Comes with the delivery. */
  readonly consistencytoken?: string;
  /** Of an ordered type: its place among the events of its publisher; later ones of a subject have a higher one. */
  readonly sequence?: string;
  readonly data: Payload;
}
