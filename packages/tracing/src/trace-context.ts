import { randomBytes } from 'node:crypto';

/** Where in a trace something happens, as W3C Trace Context has it: the header fields of those names. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** Version 00. Ids of nothing but zeros are none (W3C Trace Context, 3.2.2.3). */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const FLAGS_AT = 53;
const MAX_TRACESTATE = 512;
/** A value does not end in a blank (W3C Trace Context, 3.3.1.3.2), so each blank belongs to one thing and matching takes no way twice. */
const TRACESTATE =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e](?:[ \t]*,[ \t]*[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]){0,31}$/;

/** Of a trace and a span. */
const ID_CHARS = 48;
const DRAWN_TRACES = 128;
let pool = '';
let used = 0;

/** A new trace that nobody records. Random bytes are drawn 128 traces at a time. */
export function createTraceparent(): string {
  if (used === pool.length) {
    pool = randomBytes((ID_CHARS / 2) * DRAWN_TRACES).toString('hex');
    used = 0;
  }
  const start = used;
  used += ID_CHARS;
  return `00-${pool.slice(start, start + 32)}-${pool.slice(start + 32, used)}-00`;
}

/** A header field that is a trace context; undefined for any other. */
export const readTraceparent = (field: unknown): string | undefined =>
  typeof field === 'string' && TRACEPARENT.test(field) ? field : undefined;

/** The same for `tracestate`, which is of use beside a `traceparent` only. */
export const readTracestate = (field: unknown): string | undefined =>
  typeof field === 'string' && field.length <= MAX_TRACESTATE && TRACESTATE.test(field) ? field : undefined;

/** Whether the trace is recorded by whoever is before us in it. */
export function isSampled(traceparent: string): boolean {
  const flags = traceparent.charCodeAt(FLAGS_AT + 1);
  // The last digit of two: odd ones are 1, 3, 5, 7, 9, b, d and f.
  return flags < 0x3a ? (flags & 1) === 1 : (flags & 1) === 0;
}

/** The same place in the trace, which nobody records from here on. */
export const unsampled = (traceparent: string): string => `${traceparent.slice(0, FLAGS_AT)}00`;

/** 32 hexadecimal digits. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

/** 16 hexadecimal digits. */
export const spanIdOf = (traceparent: string): string => traceparent.slice(36, 52);
