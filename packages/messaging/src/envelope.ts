import { type EventEnvelope, type EventSpec, type PayloadOf, uuidv7 } from '@soc/contracts';
import { z } from 'zod';

/** What ties an event to the request or event that began it. */
export interface Origin {
  readonly tenantId: string;
  readonly correlationId: string;
  readonly causationId?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
}

export interface PublishMeta extends Origin {
  /** Id of the thing the event speaks of. */
  readonly subject: string;
  /** Only this service acts on it; others acknowledge and ignore it. */
  readonly targetService?: string;
}

/** An event ready for the outbox. */
export interface Message {
  readonly type: string;
  readonly envelope: string;
}

/** Refused before it is published: the payload breaks its own contract. A fault of the publisher. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

/** Builds and checks a CloudEvent. Throws `InvalidEventError` when the payload does not fit its contract. */
export function createMessage<E extends EventSpec>(
  spec: E,
  payload: PayloadOf<E>,
  meta: PublishMeta,
  from: { readonly source: string; readonly now: Date },
): Message {
  const parsed = spec.payload.safeParse(payload);
  if (!parsed.success) throw new InvalidEventError(`${spec.type}: ${z.prettifyError(parsed.error)}`);
  const envelope: EventEnvelope = {
    specversion: '1.0',
    id: uuidv7(from.now.getTime()),
    type: spec.type,
    dataschemaversion: spec.version,
    source: from.source,
    time: from.now.toISOString(),
    tenantid: meta.tenantId,
    subject: meta.subject,
    correlationid: meta.correlationId,
    ...(meta.causationId !== undefined && { causationid: meta.causationId }),
    ...(meta.traceparent !== undefined && { traceparent: meta.traceparent }),
    ...(meta.targetService !== undefined && { targetservice: meta.targetService }),
    data: parsed.data,
  };
  return { type: spec.type, envelope: JSON.stringify(envelope) };
}

const Envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.uuidv7(),
  type: z.string(),
  dataschemaversion: z.number().int(),
  source: z.string(),
  time: z.string(),
  tenantid: z.string(),
  subject: z.string(),
  correlationid: z.string(),
  causationid: z.string().optional(),
  traceparent: z.string().optional(),
  targetservice: z.string().optional(),
  data: z.unknown(),
});

export type Decoded<E extends EventSpec> =
  | { readonly ok: true; readonly event: EventEnvelope<PayloadOf<E>> }
  | { readonly ok: false; readonly reason: string };

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused below, as an envelope that does not fit
  }
};

/** Reads an event as consumers do: unknown keys are ignored, an unknown version or a payload that does not fit is refused. */
export function decodeMessage<E extends EventSpec>(spec: E, text: string): Decoded<E> {
  const envelope = Envelope.safeParse(parseJson(text));
  if (!envelope.success) return { ok: false, reason: `not a CloudEvent: ${z.prettifyError(envelope.error)}` };
  const { data, dataschemaversion } = envelope.data;
  if (dataschemaversion !== spec.version) return { ok: false, reason: `unknown schema version ${dataschemaversion}` };
  const payload = spec.payload.safeParse(data);
  if (!payload.success) return { ok: false, reason: `payload refused: ${z.prettifyError(payload.error)}` };
  // Optional keys that were absent stay absent; the payload was checked against the schema of `E` just above.
  return { ok: true, event: { ...envelope.data, data: payload.data } as EventEnvelope<PayloadOf<E>> };
}
