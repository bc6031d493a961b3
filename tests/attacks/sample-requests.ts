import type { EndpointSpec } from '@soc/contracts';
import { z } from 'zod';

/** A JSON Schema, as far as this file reads it. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** An id that fits, and that nobody has. */
const NOBODYS_ID = '00000000-0000-7000-8000-00000000abcd';

const TEXTS = [
  'sample',
  NOBODYS_ID,
  `playbook--${NOBODYS_ID}`,
  'sample.created',
  'T1059',
  '203.0.113.9',
  'someone@example.org',
  'https://example.org/x',
  '2026-01-01T00:00:00.000Z',
  'a'.repeat(64),
  `whsec_${'A'.repeat(32)}`,
  '123456',
];

const FORMATS: Readonly<Record<string, string>> = {
  uuid: NOBODYS_ID,
  'date-time': '2026-01-01T00:00:00.000Z',
  email: 'someone@example.org',
  uri: 'https://example.org/x',
  ipv4: '203.0.113.9',
};

function textFor({ format, pattern, minLength = 0 }: Schema): string {
  const known = format === undefined ? undefined : FORMATS[format];
  if (known !== undefined) return known;
  const fits = pattern === undefined ? TEXTS[0] : TEXTS.find((text) => new RegExp(pattern, 'u').test(text));
  return (fits ?? 'sample').padEnd(minLength, 'x');
}

/** The smallest value of a schema, or one with everything that may be there. */
function sampleOf(schema: Schema, takesAll: boolean): unknown {
  const of = (inner: Schema): unknown => sampleOf(inner, takesAll);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice) return of(choice);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(of));
  switch (schema.type) {
    case 'object': {
      const names = takesAll ? Object.keys(schema.properties ?? {}) : (schema.required ?? []);
      return Object.fromEntries(names.map((name) => [name, of(schema.properties?.[name] ?? {})]));
    }
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 0, takesAll ? 1 : 0) }, () => of(schema.items ?? {}));
    case 'string':
      return textFor(schema);
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case undefined:
    default:
      return null;
  }
}

/**
 * A body that an endpoint accepts, made from its contract; undefined where it takes none, or one of another kind than
 * JSON. `given` helps where a schema cannot say all that it asks. Throws when nothing fits.
 */
export function sampleBody(spec: EndpointSpec, given?: unknown): unknown {
  const { body, bodyKind = 'json' } = spec;
  if (!body || bodyKind !== 'json') return undefined;
  // What zod writes is a JSON Schema; this file reads the parts named above.
  const schema = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as Schema;
  const candidates = [given, sampleOf(schema, false), sampleOf(schema, true)].filter((value) => value !== undefined);
  const fitting = candidates.find((candidate) => body.safeParse(candidate).success);
  if (fitting === undefined) throw new Error(`say in tests/attacks what a body of ${spec.id} looks like`);
  return fitting;
}

const NUMBERED = ':number';

/** The path of an endpoint with its parameters filled in, in their order; a part of an upload is the first where nothing is given. */
export function pathOf({ url }: EndpointSpec, ...values: readonly string[]): string {
  const left = [...values];
  const nothing = (parameter: string): string => (parameter === NUMBERED ? '1' : NOBODYS_ID);
  return url.replaceAll(/:\w+|\*/g, (parameter) => encodeURIComponent(left.shift() ?? nothing(parameter)));
}
