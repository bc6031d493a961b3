import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, TenantId, Timestamp, Uuid } from '../primitives.ts';
import { QUERY_MAX_CHARS } from './search.ts';

/** Of one person. */
export const MAX_SAVED_SEARCHES = 200;

export const SavedSearchBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  /** A query as the search takes it. */
  q: z.string().trim().min(1).max(QUERY_MAX_CHARS),
  /** Whether everybody of the tenant sees it. */
  shared: z.boolean().default(false),
});
export type SavedSearchBody = z.infer<typeof SavedSearchBody>;

/** A query that somebody kept. One that is shared belongs to the tenant: whoever may write may change or remove it. */
export const SavedSearch = z.object({
  id: Uuid,
  tenantId: TenantId,
  name: z.string(),
  q: z.string(),
  shared: z.boolean(),
  owner: z.object({ id: z.string(), name: z.string() }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type SavedSearch = z.infer<typeof SavedSearch>;

const params = z.strictObject({ id: Uuid });
const NOT_FOUND = { 404: ['storage.saved_search_not_found'] } as const;

export const ListSavedSearches = endpoint({
  id: 'listSavedSearches',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/saved-searches',
  summary: "One's own saved searches and those that are shared, newest first",
  permission: 'storage:read',
  query: PageQuery,
  responses: { 200: page(SavedSearch) },
});

export const CreateSavedSearch = endpoint({
  id: 'createSavedSearch',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/saved-searches',
  summary: 'Keeps a query under a name, for oneself or shared',
  permission: 'storage:write',
  audit: 'saved_search.create',
  auditFields: ['name', 'shared'],
  body: SavedSearchBody,
  responses: { 201: SavedSearch },
  errors: { 409: ['storage.name_taken'], 422: ['storage.too_many_saved_searches'] },
});

export const GetSavedSearch = endpoint({
  id: 'getSavedSearch',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/saved-searches/:id',
  summary: 'One saved search',
  permission: 'storage:read',
  params,
  responses: { 200: SavedSearch },
  errors: NOT_FOUND,
});

export const ReplaceSavedSearch = endpoint({
  id: 'replaceSavedSearch',
  service: 'storage',
  method: 'PUT',
  url: '/api/v1/storage/saved-searches/:id',
  summary: 'Replaces a saved search; whose it is stays',
  permission: 'storage:write',
  audit: 'saved_search.replace',
  auditFields: ['name', 'shared'],
  params,
  body: SavedSearchBody,
  responses: { 200: SavedSearch },
  errors: { ...NOT_FOUND, 409: ['storage.name_taken'] },
});

export const DeleteSavedSearch = endpoint({
  id: 'deleteSavedSearch',
  service: 'storage',
  method: 'DELETE',
  url: '/api/v1/storage/saved-searches/:id',
  summary: 'Removes a saved search',
  permission: 'storage:write',
  audit: 'saved_search.delete',
  params,
  responses: { 204: z.undefined() },
  errors: NOT_FOUND,
});
