import { declaredStatuses, successStatus } from '@soc/contracts';
import type { BodyKind, EndpointSpec } from '@soc/contracts';
import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { componentSchemas, requestSchema } from './openapi-schemas.ts';
import type { ComponentSchemas, JsonSchema } from './openapi-schemas.ts';

/** What a document says of itself. */
export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), ready for JSON.stringify. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: OpenApiInfo;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: Readonly<Record<string, unknown>>;
}

const MEDIA_TYPES_OF_BODY: Readonly<Record<BodyKind, readonly string[]>> = {
  json: ['application/json'],
  form: ['application/x-www-form-urlencoded', 'application/json'],
  text: ['text/plain'],
  stream: ['application/octet-stream'],
};

/** Said by the parser of requests, before any endpoint is known. */
const HEAD_TOO_LARGE = 431;

/**
 * Describes `endpoints` for outsiders. Requests show what a client sends, before defaults and transforms; every status of
 * `declaredStatuses` is listed, and 431 where there is a query, errors as problem+json (RFC 9457) with their codes.
 */
export function openApiDocument(endpoints: readonly EndpointSpec[], info: OpenApiInfo): OpenApiDocument {
  const components = componentSchemas(endpoints);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const spec of endpoints) {
    const path = (paths[templateOf(spec.url)] ??= {});
    path[spec.method.toLowerCase()] = operation(spec, components);
  }
  return {
    openapi: '3.1.1',
    info,
    tags: [...new Set(endpoints.map(({ service }) => service))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
  };
}

/** Fastify's `/alerts/:id` and `/objects/*` as OpenAPI's `/alerts/{id}` and `/objects/{*}`. */
const templateOf = (url: string): string => url.replaceAll(/:(\w+)/g, '{$1}').replaceAll('*', '{*}');

function operation(spec: EndpointSpec, components: ComponentSchemas): JsonSchema {
  return {
    operationId: spec.id,
    summary: spec.summary,
    tags: [spec.service],
    'x-permission': spec.permission,
    security: spec.permission === 'public' ? [] : [{ bearer: [] }, { apiKey: [] }],
    parameters: [...parameters('path', spec.params), ...parameters('query', spec.query)],
    ...(spec.body && { requestBody: requestBody(spec.body, spec.bodyKind ?? 'json') }),
    responses: Object.fromEntries(
      statusesOf(spec).map((status) => [status, answer(spec, status, components)] as const),
    ),
  };
}

/** What a client may be told: what is declared, and that a query is longer than the head of a request may be. */
const statusesOf = (spec: EndpointSpec): readonly number[] =>
  spec.query ? [...declaredStatuses(spec), HEAD_TOO_LARGE] : declaredStatuses(spec);

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined): JsonSchema[] {
  if (!schema) return [];
  const { properties, required } = requestSchema(schema);
  const names = new Set(Array.isArray(required) ? required : []);
  // An object schema's `properties` map names to schemas (JSON Schema core, section 10.3.2.1).
  return Object.entries((properties ?? {}) as Record<string, JsonSchema>).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || names.has(name),
    schema: property,
  }));
}

const requestBody = (schema: z.ZodType, kind: BodyKind): JsonSchema => ({
  required: !schema.safeParse(undefined).success,
  content: Object.fromEntries(MEDIA_TYPES_OF_BODY[kind].map((type) => [type, { schema: requestSchema(schema) }])),
});

function answer(spec: EndpointSpec, status: number, components: ComponentSchemas): JsonSchema {
  const description = STATUS_CODES[status] ?? 'Error';
  if (status === successStatus(spec)) {
    const schema = components.answerOf(spec);
    return { description, ...(schema && { content: { [spec.produces ?? 'application/json']: { schema } } }) };
  }
  const codes = problemCodes(spec, status);
  return {
    description: codes.length === 0 ? description : `${description}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** The problem codes of an error status: those the contract lists, and the one the service kit itself answers with. */
function problemCodes(spec: EndpointSpec, status: number): readonly string[] {
  const listed = Object.entries(spec.errors ?? {}).flatMap(([key, codes]) => (Number(key) === status ? codes : []));
  if (status === HEAD_TOO_LARGE) return ['request.too_large'];
  const takesInput = spec.params ?? spec.query ?? spec.body;
  return status === 400 && takesInput ? [...new Set(['request.invalid', ...listed])] : listed;
}
