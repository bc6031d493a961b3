import { type EventEnvelope, type EventSpec, type PayloadOf, uuidv7 } from '@soc/contracts';
import type { Span } from '@soc/tracing';
import { z } from 'zod';
import type { Refusal } from './refusal.ts';

/** What ties an event to the request or event that began it. */
export interface Origin {
  readonly tenantId: string;
  readonly correlationId: string;
  readonly causationId?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

export interface PublishMeta extends Origin {
  /** Id of the thing the event speaks of. */
  readonly subject: string;
  /** Only this service acts on it; others acknowledge and ignore it. */
  readonly targetService?: string;
}

/** An event ready for the outbox. */
export interface Message {
  readonly id: string;
  readonly type: string;
  /** The CloudEvent as JSON. */
  readonly envelope: string;
  /** What the event speaks of, when its type is ordered. */
  readonly subject?: string;
  /** From here to its stream, where the trace is recorded. */
  readonly span?: Span;
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
  const id = uuidv7(from.now.getTime());
  const envelope: EventEnvelope = {
    specversion: '1.0',
    id,
    type: spec.type,
    dataschemaversion: spec.version,
    source: from.source,
    time: from.now.toISOString(),
    tenantid: meta.tenantId,
    subject: meta.subject,
    correlationid: meta.correlationId,
    ...(meta.causationId !== undefined && { causationid: meta.causationId }),
    ...(meta.traceparent !== undefined && { traceparent: meta.traceparent }),
    ...(meta.tracestate !== undefined && { tracestate: meta.tracestate }),
    ...(meta.targetService !== undefined && { targetservice: meta.targetService }),
    data: parsed.data,
  };
  const message = { id, type: spec.type, envelope: JSON.stringify(envelope) };
  return spec.ordered ? { ...message, subject: meta.subject } : message;
}

/** The message with its place among the events of its publisher, CloudEvents' extension `sequence`. */
export const withSequence = (message: Message, place: number): Message => ({
  ...message,
  envelope: `${message.envelope.slice(0, -1)},"sequence":"${place}"}`,
});

/** The id of an event in its text, a UUID; undefined for a text that is no event of ours. */
export const idIn = (envelope: string): string | undefined =>
  /"id":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/.exec(envelope)?.[1];

/** The envelope as consumers read it. */
export const Envelope = z.object({
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
  tracestate: z.string().optional(),
  targetservice: z.string().optional(),
  sequence: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
  data: z.unknown(),
});

type EnvelopeData = z.output<typeof Envelope>;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const PLACE = /^\d{1,15}$/;
const TEXTS = ['type', 'source', 'time', 'tenantid', 'subject', 'correlationid'] as const;
const OPTIONAL_TEXTS = ['causationid', 'traceparent', 'tracestate', 'targetservice'] as const;

/**
 * What `Envelope` makes of an envelope that fits; undefined for any other, of which the schema then tells the reason. By hand,
 * for every event has one, and the schema makes several objects for each key.
 */
export function readEnvelope(raw: unknown): EnvelopeData | undefined {
  if (typeof raw !== 'object' || raw === null || !('data' in raw)) return undefined;
  // An object; each key that is used is looked at.
  const from = raw as Readonly<Record<string, unknown>>;
  const { specversion, id, dataschemaversion, sequence } = from;
  if (specversion !== '1.0' || typeof id !== 'string' || !UUID_V7.test(id)) return undefined;
  if (typeof dataschemaversion !== 'number' || !Number.isSafeInteger(dataschemaversion)) return undefined;
  for (const key of TEXTS) if (typeof from[key] !== 'string') return undefined;
  // The texts were just looked at.
  const { type, source, time, tenantid, subject, correlationid } = from as Record<(typeof TEXTS)[number], string>;
  const texts = { type, source, time, tenantid, subject, correlationid };
  const read: EnvelopeData = { specversion, id, dataschemaversion, ...texts, data: from['data'] };
  for (const key of OPTIONAL_TEXTS) {
    const text = from[key];
    if (typeof text === 'string') read[key] = text;
    else if (text !== undefined) return undefined;
  }
  if (typeof sequence === 'string' && PLACE.test(sequence)) read.sequence = sequence;
  else if (sequence !== undefined) return undefined;
  return read;
}

export type Decoded<E extends EventSpec> =
  | { readonly ok: true; readonly event: EventEnvelope<PayloadOf<E>> }
  | ({ readonly ok: false } & Refusal);

/** A subject that order is kept by has to fit into an index, as text of PostgreSQL. */
const MAX_SUBJECT = 500;
const isOrderable = (subject: string): boolean => subject.length <= MAX_SUBJECT && !subject.includes('\0');

const whyNot = (raw: unknown): string => {
  const { error } = Envelope.safeParse(raw);
  return error ? z.prettifyError(error) : 'it has no data';
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused below, as an envelope that does not fit
  }
};

const refused = (refusal: Refusal['refusal'], reason: string) => ({ ok: false, refusal, reason }) as const;

/** Reads an event as consumers do: unknown keys are ignored, an unknown version or a payload that does not fit is refused. */
export function decodeMessage<E extends EventSpec>(spec: E, text: string): Decoded<E> {
  const raw = parseJson(text);
  const envelope = readEnvelope(raw);
  if (!envelope) return refused('invalid', `not a CloudEvent: ${whyNot(raw)}`);
  const { data, dataschemaversion, type, source } = envelope;
  if (type !== spec.type || source !== spec.owner) {
    return refused('forged', `${source} may not speak as the owner of ${spec.type}`);
  }
  if (dataschemaversion !== spec.version) {
    return refused('unknown_version', `unknown schema version ${dataschemaversion}`);
  }
  if (spec.ordered && !isOrderable(envelope.subject)) {
    return refused('invalid', 'its subject cannot be kept in order');
  }
  const payload = spec.payload.safeParse(data);
  if (!payload.success) return refused('invalid', `payload refused: ${z.prettifyError(payload.error)}`);
  // Optional keys that were absent stay absent; the payload was checked against the schema of `E` just above.
  return { ok: true, event: { ...envelope, data: payload.data } as EventEnvelope<PayloadOf<E>> };
}
