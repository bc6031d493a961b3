import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

export const GetIndex = endpoint({
  id: 'getIndex',
  service: 'gateway',
  method: 'GET',
  url: '/',
  summary: 'Where to go from here.',
  permission: 'public',
  responses: {
    200: z.object({ name: z.string(), version: z.string(), links: z.record(z.string(), z.string()) }),
  },
});

export const GetOpenApi = endpoint({
  id: 'getOpenApi',
  service: 'gateway',
  method: 'GET',
  url: '/api/v1/openapi.json',
  summary: 'Every endpoint of the fleet as one OpenAPI 3.1 document.',
  permission: 'public',
  responses: { 200: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }) },
});

export const GetDocs = endpoint({
  id: 'getDocs',
  service: 'gateway',
  method: 'GET',
  url: '/docs',
  summary: 'The same document as a page for people.',
  permission: 'public',
  responses: { 200: z.string() },
  produces: 'text/html',
});
