import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, QueryBoolean, Timestamp } from '../primitives.ts';

/** A CACAO 2.0 identifier of a playbook, `playbook--<uuid>`; unique within a tenant. */
export const PlaybookId = z
  .string()
  .max(100)
  .regex(/^playbook--[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'must be playbook--<uuid>');
export type PlaybookId = z.infer<typeof PlaybookId>;

const PlaybookParams = z.strictObject({ id: PlaybookId });

/** What a list shows of an imported playbook. */
export const PlaybookSummary = z.object({
  id: PlaybookId,
  name: z.string(),
  description: z.string().nullable(),
  /** Triggers and people can run it. */
  enabled: z.boolean(),
  /** Withdrawn by its author: it can never run. */
  revoked: z.boolean(),
  /** Grows by one with every import of a newer version. */
  revision: z.number().int().min(1),
  /** The version of the playbook, by its author. */
  modified: Timestamp,
  validFrom: Timestamp.nullable(),
  validUntil: Timestamp.nullable(),
  stepCount: z.number().int().min(1),
  importedBy: z.string(),
  importedAt: Timestamp,
});
export type PlaybookSummary = z.infer<typeof PlaybookSummary>;

/** One step as people see it: headers and bodies of its requests, which may hold credentials, are only in the export. */
export const PlaybookStep = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  /** What it does, a line per command: `POST /hosts/isolate`, the words for a person, or the condition. */
  does: z.array(z.string()),
  /** Where it leads, by the property of the step that says so, e.g. `on_success`. */
  leadsTo: z.array(z.object({ by: z.string(), stepId: z.string() })),
});
export type PlaybookStep = z.infer<typeof PlaybookStep>;

/** A variable a run may be given a value for. */
export const PlaybookVariable = z.object({
  name: z.string(),
  type: z.string(),
  description: z.string().nullable(),
  constant: z.boolean(),
  /** The author expects the value from outside. */
  external: z.boolean(),
});
export type PlaybookVariable = z.infer<typeof PlaybookVariable>;

export const PlaybookDetail = PlaybookSummary.extend({
  startStepId: z.string(),
  exceptionStepId: z.string().nullable(),
  steps: z.array(PlaybookStep),
  variables: z.array(PlaybookVariable),
});
export type PlaybookDetail = z.infer<typeof PlaybookDetail>;

export const ImportPlaybook = endpoint({
  id: 'importPlaybook',
  service: 'response',
  method: 'POST',
  url: '/api/v1/response/playbooks',
  summary: 'Imports a CACAO 2.0 playbook; a newer version of a known one replaces it. Refused with a reason per step.',
  permission: 'playbooks:write',
  audit: 'playbook.import',
  /** The CACAO document itself. */
  body: z.record(z.string(), z.unknown()),
  responses: { 201: PlaybookSummary },
  errors: { 409: ['playbook.outdated', 'playbook.version_exists'], 422: ['playbook.invalid'] },
});

export const ListPlaybooks = endpoint({
  id: 'listPlaybooks',
  service: 'response',
  method: 'GET',
  url: '/api/v1/response/playbooks',
  summary: 'Lists the imported playbooks by name.',
  permission: 'playbooks:read',
  query: PageQuery.extend({ enabled: QueryBoolean.optional() }),
  responses: { 200: page(PlaybookSummary) },
});

export const GetPlaybook = endpoint({
  id: 'getPlaybook',
  service: 'response',
  method: 'GET',
  url: '/api/v1/response/playbooks/:id',
  summary: 'Shows a playbook: its steps, where they lead, its variables.',
  permission: 'playbooks:read',
  params: PlaybookParams,
  responses: { 200: PlaybookDetail },
  errors: { 404: ['playbook.not_found'] },
});

export const ExportPlaybook = endpoint({
  id: 'exportPlaybook',
  service: 'response',
  method: 'GET',
  url: '/api/v1/response/playbooks/:id/export',
  summary: 'Gives back the CACAO document as it was imported, credentials in its headers included.',
  permission: 'playbooks:write',
  audit: 'playbook.export',
  params: PlaybookParams,
  responses: { 200: z.record(z.string(), z.unknown()) },
  errors: { 404: ['playbook.not_found'] },
});

export const UpdatePlaybook = endpoint({
  id: 'updatePlaybook',
  service: 'response',
  method: 'PATCH',
  url: '/api/v1/response/playbooks/:id',
  summary: 'Enables or disables a playbook; runs under way go on.',
  permission: 'playbooks:write',
  audit: 'playbook.update',
  params: PlaybookParams,
  body: z.strictObject({ enabled: z.boolean() }),
  responses: { 200: PlaybookSummary },
  errors: { 404: ['playbook.not_found'], 409: ['playbook.revoked'] },
});

export const DeletePlaybook = endpoint({
  id: 'deletePlaybook',
  service: 'response',
  method: 'DELETE',
  url: '/api/v1/response/playbooks/:id',
  summary: 'Removes a playbook and its triggers; runs under way go on with the revision they began with.',
  permission: 'playbooks:write',
  audit: 'playbook.delete',
  params: PlaybookParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['playbook.not_found'] },
});
