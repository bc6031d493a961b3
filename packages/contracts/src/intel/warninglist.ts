import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ObservableType, page, PageQuery, Timestamp, Uuid } from '../primitives.ts';

/** The kinds of list of MISP warninglists. */
export const WarninglistType = z.enum(['string', 'substring', 'hostname', 'cidr', 'regex']);
export type WarninglistType = z.infer<typeof WarninglistType>;

/** A list of values that are likely false positives when an indicator matches them. */
export const Warninglist = z.object({
  id: Uuid,
  name: z.string(),
  description: z.string().nullable(),
  type: WarninglistType,
  /** As its author counts. */
  version: z.number().int().nullable(),
  /** The observables it speaks of. */
  observableTypes: z.array(ObservableType),
  entries: z.number().int(),
  /** Comes with the fleet, holds for every tenant, cannot be deleted. */
  builtIn: z.boolean(),
  createdAt: Timestamp,
});
export type Warninglist = z.infer<typeof Warninglist>;

/** A MISP warninglist as its JSON file has it; `matching_attributes` are MISP attribute types, all when absent. */
export const CreateWarninglistBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2_000).optional(),
  type: WarninglistType,
  version: z.number().int().min(0).optional(),
  list: z.array(z.string().max(2_048)).min(1).max(200_000),
  matching_attributes: z.array(z.string().max(100)).max(100).optional(),
});
export type CreateWarninglistBody = z.infer<typeof CreateWarninglistBody>;

export const CreateWarninglist = endpoint({
  id: 'createWarninglist',
  service: 'intel',
  method: 'POST',
  url: '/api/v1/intel/warninglists',
  summary: 'Add a warninglist in the JSON format of MISP. Entries that cannot be read are listed with the answer.',
  permission: 'intel:write',
  audit: 'warninglist.create',
  body: CreateWarninglistBody,
  bodyLimitBytes: 16 * 1024 * 1024,
  responses: {
    201: Warninglist.extend({
      skipped: z.number().int(),
      /** The first hundred of them. */
      skippedEntries: z.array(z.object({ entry: z.string(), reason: z.string() })),
    }),
  },
  errors: {
    409: ['intel.warninglist_exists'],
    413: ['request.too_large'],
    422: ['intel.warninglist_regex', 'intel.warninglist_attributes', 'intel.warninglist_empty'],
  },
});

export const ListWarninglists = endpoint({
  id: 'listWarninglists',
  service: 'intel',
  method: 'GET',
  url: '/api/v1/intel/warninglists',
  summary: 'Warninglists, the built-in ones included, by name.',
  permission: 'intel:read',
  query: PageQuery,
  responses: { 200: page(Warninglist) },
});

export const DeleteWarninglist = endpoint({
  id: 'deleteWarninglist',
  service: 'intel',
  method: 'DELETE',
  url: '/api/v1/intel/warninglists/:id',
  summary: 'Remove a warninglist.',
  permission: 'intel:write',
  audit: 'warninglist.delete',
  params: z.strictObject({ id: Uuid }),
  responses: { 204: z.undefined() },
  errors: { 404: ['intel.warninglist_not_found'], 409: ['intel.warninglist_built_in'] },
});
