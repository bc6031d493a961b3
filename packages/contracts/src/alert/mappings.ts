import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Timestamp } from '../primitives.ts';
import { GenericMapping } from './generic-mapping.ts';

/** What `?mapping=` of the source `generic` calls it. */
export const MappingName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, dot, dash and underscore');

const params = z.strictObject({ name: MappingName });

export const NamedMapping = z.object({
  name: MappingName,
  mapping: GenericMapping,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  updatedBy: z.string(),
  /** Grows with every change. */
  version: z.number().int().min(1),
});
export type NamedMapping = z.infer<typeof NamedMapping>;

export const ListMappings = endpoint({
  id: 'listMappings',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/mappings',
  summary: 'The field mappings of the source generic, by name.',
  permission: 'alerts:read',
  query: PageQuery,
  responses: { 200: page(NamedMapping) },
});

export const GetMapping = endpoint({
  id: 'getMapping',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/mappings/:name',
  summary: 'One field mapping.',
  permission: 'alerts:read',
  params,
  responses: { 200: NamedMapping },
  errors: { 404: ['alert.mapping_unknown'] },
});

export const PutMapping = endpoint({
  id: 'putMapping',
  service: 'alert',
  method: 'PUT',
  url: '/api/v1/alerts/mappings/:name',
  summary: 'Create or replace a field mapping; payloads that name it are read with it from then on.',
  permission: 'alerts:triage',
  audit: 'mapping.put',
  params,
  body: GenericMapping,
  responses: { 200: NamedMapping },
});

export const DeleteMapping = endpoint({
  id: 'deleteMapping',
  service: 'alert',
  method: 'DELETE',
  url: '/api/v1/alerts/mappings/:name',
  summary: 'Remove a field mapping; payloads that name it are refused from then on.',
  permission: 'alerts:triage',
  audit: 'mapping.delete',
  params,
  responses: { 204: z.undefined() },
  errors: { 404: ['alert.mapping_unknown'] },
});
