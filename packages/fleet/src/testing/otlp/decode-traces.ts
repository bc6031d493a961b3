/** A span as a collector reads it. Ids are hexadecimal; times are in nanoseconds. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly traceState: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 2 is an error. */
  readonly status: number;
}

type Field = bigint | Buffer;
type Fields = ReadonlyMap<number, readonly Field[]>;

/** Wire types of protocol buffers: varint, 64 bits, bytes, 32 bits. */
function readFields(bytes: Buffer): Fields {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const piece = (length: number): Buffer => bytes.subarray(at, (at += length));
  const field = (wireType: bigint): Field => {
    if (wireType === 0n) return varint();
    if (wireType === 1n) return piece(8).readBigUInt64LE();
    if (wireType === 2n) return piece(Number(varint()));
    if (wireType === 5n) return BigInt(piece(4).readUInt32LE());
    throw new Error(`wire type ${wireType} is none of protocol buffers 3`);
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    fields.set(number, [...(fields.get(number) ?? []), field(key & 7n)]);
  }
  return fields;
}

const all = (fields: Fields, number: number): readonly Buffer[] =>
  (fields.get(number) ?? []).filter((field) => Buffer.isBuffer(field));
const bytesOf = (fields: Fields, number: number): Buffer => all(fields, number).at(-1) ?? Buffer.alloc(0);
const numberOf = (fields: Fields, number: number): bigint =>
  fields.get(number)?.findLast((field) => typeof field === 'bigint') ?? 0n;

/** `AnyValue`: string 1, bool 2, int 3, double 4. */
function valueOf(fields: Fields): unknown {
  if (fields.has(1)) return bytesOf(fields, 1).toString();
  if (fields.has(2)) return numberOf(fields, 2) === 1n;
  if (fields.has(3)) return Number(BigInt.asIntN(64, numberOf(fields, 3)));
  const bits = Buffer.alloc(8);
  bits.writeBigUInt64LE(numberOf(fields, 4));
  return bits.readDoubleLE();
}

const attributesOf = (pairs: readonly Buffer[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    pairs.map(readFields).map((pair) => [bytesOf(pair, 1).toString(), valueOf(readFields(bytesOf(pair, 2)))]),
  );

const spanOf = (fields: Fields, resource: ReceivedSpan['resource']): ReceivedSpan => ({
  traceId: bytesOf(fields, 1).toString('hex'),
  spanId: bytesOf(fields, 2).toString('hex'),
  traceState: bytesOf(fields, 3).toString(),
  parentSpanId: bytesOf(fields, 4).toString('hex'),
  name: bytesOf(fields, 5).toString(),
  kind: Number(numberOf(fields, 6)),
  startNs: numberOf(fields, 7),
  endNs: numberOf(fields, 8),
  attributes: attributesOf(all(fields, 9)),
  links: all(fields, 13)
    .map(readFields)
    .map((link) => ({ traceId: bytesOf(link, 1).toString('hex'), spanId: bytesOf(link, 2).toString('hex') })),
  status: Number(numberOf(readFields(bytesOf(fields, 15)), 3)),
  resource,
});

/** Reads an `ExportTraceServiceRequest` by the numbers of opentelemetry-proto 1. Throws for what is no such message. */
export const decodeProtobuf = (body: Buffer): readonly ReceivedSpan[] =>
  all(readFields(body), 1)
    .map(readFields)
    .flatMap((ofResource) => {
      const resource = attributesOf(all(readFields(bytesOf(ofResource, 1)), 1));
      return all(ofResource, 2)
        .map(readFields)
        .flatMap((scope) => all(scope, 2).map((span) => spanOf(readFields(span), resource)));
    });

type Json = Readonly<Record<string, unknown>>;

/** What the JSON form of the message has under a key, as its schema says; empty when it is not there. */
const listIn = (json: Json, key: string): readonly Json[] => (json[key] ?? []) as readonly Json[];
const textIn = (json: Json, key: string): string => (json[key] ?? '') as string;

const jsonAttributes = (json: Json): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    listIn(json, 'attributes').map(({ key, value }) => {
      const [[kind, held] = ['', undefined]] = Object.entries(value as Json);
      return [String(key), kind === 'intValue' ? Number(held) : held];
    }),
  );

/** The same message as JSON: ids are hexadecimal, 64-bit numbers are texts. */
export const decodeJson = (body: string): readonly ReceivedSpan[] =>
  listIn(JSON.parse(body) as Json, 'resourceSpans').flatMap((ofResource) =>
    listIn(ofResource, 'scopeSpans')
      .flatMap((scope) => listIn(scope, 'spans'))
      .map((span) => ({
        traceId: textIn(span, 'traceId'),
        spanId: textIn(span, 'spanId'),
        traceState: textIn(span, 'traceState'),
        parentSpanId: textIn(span, 'parentSpanId'),
        name: textIn(span, 'name'),
        kind: Number(span['kind']),
        startNs: BigInt(textIn(span, 'startTimeUnixNano')),
        endNs: BigInt(textIn(span, 'endTimeUnixNano')),
        attributes: jsonAttributes(span),
        links: listIn(span, 'links').map((link) => ({
          traceId: textIn(link, 'traceId'),
          spanId: textIn(link, 'spanId'),
        })),
        status: Number((span['status'] as Json | undefined)?.['code'] ?? 0),
        resource: jsonAttributes(ofResource['resource'] as Json),
      })),
  );
