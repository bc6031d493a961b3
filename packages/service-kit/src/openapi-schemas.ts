import * as contracts from '@soc/contracts';
import type { EndpointSpec } from '@soc/contracts';
import { successStatus } from '@soc/contracts';
import { z } from 'zod';

/** A JSON Schema of draft 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The reusable schemas of a document, and how an answer refers to its own. */
export interface ComponentSchemas {
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  /** The schema of the success answer of `spec`, or undefined where the answer has no body. */
  readonly answerOf: (spec: EndpointSpec) => JsonSchema | undefined;
}

const refTo = (name: string): string => `#/components/schemas/${name}`;

/** The JSON Schema of what a client sends. What JSON Schema cannot say (a transform, a refinement) is left open. */
export function requestSchema(schema: z.ZodType): JsonSchema {
  return withoutDialect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: dropSafeBounds }));
}

/**
 * Turns the schemas that `@soc/contracts` names (`Alert`, `Problem`) and the answers of `endpoints` into components. An
 * answer may gain fields without a new version, so no component forbids unknown ones.
 */
export function componentSchemas(endpoints: readonly EndpointSpec[]): ComponentSchemas {
  const registry = z.registry<{ id: string }>();
  for (const [name, value] of Object.entries(contracts)) {
    if (isNameable(value)) registry.add(value, { id: name });
  }
  for (const spec of endpoints) {
    const schema = answerSchema(spec);
    if (schema && !registry.has(schema)) registry.add(schema, { id: `${pascalCase(spec.id)}Answer` });
  }
  const { schemas } = z.toJSONSchema(registry, {
    uri: refTo,
    unrepresentable: 'any',
    override: (context) => {
      dropSafeBounds(context);
      if (context.jsonSchema.additionalProperties === false) delete context.jsonSchema.additionalProperties;
    },
  });
  const bare = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutDialect(schema)]));
  const answerOf = (spec: EndpointSpec): JsonSchema | undefined => {
    const schema = answerSchema(spec);
    const id = schema && registry.get(schema)?.id;
    return id === undefined ? undefined : { $ref: refTo(id) };
  };
  const roots = ['Problem', ...endpoints.map(answerOf).flatMap((answer) => namesIn(answer))];
  return { schemas: reachable(bare, roots), answerOf };
}

/** An integer is bounded by what a double holds; saying so of each one would only be noise. */
function dropSafeBounds({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

function answerSchema(spec: EndpointSpec): z.ZodType | undefined {
  const schema = spec.responses[successStatus(spec)];
  return schema instanceof z.ZodUndefined ? undefined : schema;
}

function isNameable(value: unknown): value is z.ZodType {
  return (
    value instanceof z.ZodObject ||
    value instanceof z.ZodEnum ||
    value instanceof z.ZodDiscriminatedUnion ||
    value instanceof z.ZodLazy
  );
}

const pascalCase = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);

function withoutDialect(schema: JsonSchema): JsonSchema {
  const { $schema: _dialect, $id: _uri, ...rest } = schema;
  return rest;
}

function namesIn(schema: JsonSchema | undefined): string[] {
  const refs = JSON.stringify(schema ?? {}).matchAll(/"#\/components\/schemas\/([^"/]+)/g);
  return [...refs].flatMap(([, name]) => name ?? []);
}

/** The schemas that `roots` need, in the order of their names. */
function reachable(
  schemas: Readonly<Record<string, JsonSchema>>,
  roots: readonly string[],
): Record<string, JsonSchema> {
  const found = new Map<string, JsonSchema>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const schema = schemas[name];
    if (!schema || found.has(name)) continue;
    found.set(name, schema);
    pending.push(...namesIn(schema));
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
