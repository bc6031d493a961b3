import { Alert, endpoint, page, PageQuery } from '@soc/contracts';
import type { EndpointSpec } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from './openapi.ts';

const info = { title: 'fleet', version: '1.0.0' };

const listAlerts = endpoint({
  id: 'listThings',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/things/:kind',
  summary: 'Things of a kind.',
  permission: 'alerts:read',
  params: z.strictObject({ kind: z.string() }),
  query: PageQuery,
  responses: { 200: page(Alert) },
  errors: { 404: ['thing.not_found'], 409: ['thing.busy', 'thing.gone'] },
});

/** The operation of the only endpoint of a document. */
function operationOf(spec: EndpointSpec): Record<string, unknown> {
  const { paths } = openApiDocument([spec], info);
  const [[, operations] = []] = Object.entries(paths);
  // An operation is a JSON object by the specification.
  return operations?.[spec.method.toLowerCase()] as Record<string, unknown>;
}

test('a path parameter is written in braces and required, a query parameter shows its type before transforms', () => {
  expect(Object.keys(openApiDocument([listAlerts], info).paths)).toEqual(['/api/v1/things/{kind}']);
  expect(operationOf(listAlerts)['parameters']).toMatchObject([
    { name: 'kind', in: 'path', required: true, schema: { type: 'string' } },
    { name: 'limit', in: 'query', required: false, schema: { type: 'string', pattern: String.raw`^\d{1,9}$` } },
    { name: 'cursor', in: 'query', required: false, schema: { type: 'string', maxLength: 512 } },
  ]);
});

test('every declared status is listed, and that a query may be too long, errors as problem+json with their codes', () => {
  const responses = operationOf(listAlerts)['responses'] as Record<string, { description: string; content: object }>;
  expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '409', '431']);
  expect(responses['431']?.description).toBe('Request Header Fields Too Large: `request.too_large`');
  expect(responses['400']?.description).toBe('Bad Request: `request.invalid`');
  expect(responses['409']?.description).toBe('Conflict: `thing.busy`, `thing.gone`');
  expect(responses['404']?.content).toEqual({
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  });
});

test('a schema that the contracts name becomes one component, open to fields of a later version', () => {
  const { components } = openApiDocument([listAlerts], info);
  expect(components['schemas']).toMatchObject({
    ListThingsAnswer: { properties: { items: { items: { $ref: '#/components/schemas/Alert' } } } },
    Alert: { type: 'object', properties: { occurrences: { type: 'integer', minimum: 1 } } },
  });
  expect(JSON.stringify(components)).not.toContain('additionalProperties":false');
});

test('a body shows what the client sends, strictly, and by its own media type', () => {
  const body = z.strictObject({ at: z.string().transform((text) => new Date(text)), note: z.string().default('') });
  const json = endpoint({ ...listAlerts, method: 'POST', body });
  expect(operationOf(json)['requestBody']).toMatchObject({
    required: true,
    content: { 'application/json': { schema: { additionalProperties: false, required: ['at'] } } },
  });
  const text = endpoint({ ...listAlerts, method: 'POST', body: z.string(), bodyKind: 'text' });
  expect(operationOf(text)['requestBody']).toMatchObject({ content: { 'text/plain': { schema: { type: 'string' } } } });
});

test('an answer without content has none, a public endpoint needs no credentials, others take a token or a key', () => {
  const removed = endpoint({
    ...listAlerts,
    method: 'DELETE',
    responses: { 204: z.undefined() },
    permission: 'public',
  });
  expect(operationOf(removed)).toMatchObject({ security: [], responses: { 204: { description: 'No Content' } } });
  expect(JSON.stringify(operationOf(removed)['responses'])).not.toContain('application/json');
  expect(operationOf(listAlerts)['security']).toEqual([{ bearer: [] }, { apiKey: [] }]);
});

test('every reference of the whole fleet’s document resolves and no operation id repeats', () => {
  const document = openApiDocument(endpoints, info);
  const text = JSON.stringify(document);
  const names = new Set(Object.keys(document.components['schemas'] as object));
  const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? '');
  expect(refs.filter((ref) => !names.has(ref.replace('#/components/schemas/', '')))).toEqual([]);
  const ids = endpoints.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});
