/** Header fields as Node gives them: lower-case names. */
export type Headers = Readonly<Record<string, string | string[] | number | undefined>>;

/** Meant for one connection only (RFC 9110, section 7.6.1), and `expect`, which Node has answered by now. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** And what only the gateway may say: who asks, from where, and where to. A client's word on it is dropped. */
const STAYS_HERE: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'authorization',
  'client-ip',
  'cf-connecting-ip',
  'cookie',
  'fastly-client-ip',
  'forwarded',
  'host',
  'remote-user',
  'traceparent',
  'true-client-ip',
  'via',
  'x-api-key',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-http-method-override',
  'x-method-override',
  'x-real-ip',
  'x-request-id',
  'x-request-timeout-ms',
  'x-rewrite-url',
]);

const OURS_TO_SAY_PREFIX = /^x-(?:auth|forwarded|original|principal|remote|role|soc|tenant|user)(?:-|$)/;

/** RFC 9110, section 7.6.3: a gateway must say that it was on the way. What came before it is a client's word. */
const VIA = '1.1 soc-gateway';

const NONE: ReadonlySet<string> = new Set();

/** Names a `Connection` field lists, which go with it; never the framing, whatever it says. */
function listed(connection: Headers[string]): ReadonlySet<string> {
  // What almost every message says lists nothing that would not go anyway.
  if (typeof connection !== 'string' || connection === 'keep-alive' || connection === 'close') return NONE;
  const names = connection.toLowerCase().split(',');
  return new Set(names.map((name) => name.trim()).filter((name) => name !== 'content-length'));
}

/** What the gateway says of a request in place of the client. */
export interface ForwardingFacts {
  readonly requestId: string;
  readonly traceparent: string;
  readonly clientAddress: string;
  readonly protocol: string;
  readonly host: string | undefined;
  /** `Bearer …`, an internal token; undefined for nobody in particular. */
  readonly authorization: string | undefined;
}

/** The fields of a request for an instance, as a flat list of names and values. */
export function requestFields(headers: Headers, facts: ForwardingFacts): string[] {
  const hops = listed(headers['connection']);
  const fields: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || STAYS_HERE.has(name) || hops.has(name)) continue;
    if (name.startsWith('x-') && OURS_TO_SAY_PREFIX.test(name)) continue;
    fields.push(name, Array.isArray(value) ? value.join(', ') : String(value));
  }
  fields.push('via', VIA, 'x-request-id', facts.requestId, 'traceparent', facts.traceparent);
  fields.push('x-forwarded-for', facts.clientAddress, 'x-forwarded-proto', facts.protocol);
  if (facts.host !== undefined) fields.push('x-forwarded-host', facts.host);
  if (facts.authorization !== undefined) fields.push('authorization', facts.authorization);
  return fields;
}

/** Names and values in turn: what Node writes as it is, and an object of two dozen names is dear to make and to read. */
export type FieldList = (string | string[] | number)[];

/**
 * The fields of an instance's answer for the client, over those the gateway gave it, over those that stand on every answer (names
 * and values in turn). No name comes twice.
 */
export function responseFields(answer: Headers, given: Headers, standing: readonly string[]): FieldList {
  const hops = listed(answer['connection']);
  const goesOn = (name: string): boolean => answer[name] !== undefined && !HOP_BY_HOP.has(name) && !hops.has(name);
  const fields: FieldList = [];
  for (let i = 0; i < standing.length; i += 2) {
    const name = standing[i] ?? '';
    if (given[name] === undefined && !goesOn(name)) fields.push(name, standing[i + 1] ?? '');
  }
  for (const name in given) {
    const value = given[name];
    if (value !== undefined && !goesOn(name)) fields.push(name, value);
  }
  for (const name in answer) if (goesOn(name)) fields.push(name, answer[name] ?? '');
  return fields;
}
