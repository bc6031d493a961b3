import { z } from 'zod';
import { TechniqueId } from '../alert/alert.ts';
import { endpoint } from '../endpoint.ts';
import { ObservableType, page, PageQuery, Severity, Timestamp, Uuid } from '../primitives.ts';
import { PlaybookId } from './playbooks.ts';

/** The event that makes a trigger look at an incident. */
export const TriggerEvent = z.enum(['incident.created', 'incident.updated']);
export type TriggerEvent = z.infer<typeof TriggerEvent>;

/** All of these must hold; an absent one always does. */
export const TriggerConditions = z.strictObject({
  minSeverity: Severity.optional(),
  /** Any of these ATT&CK techniques; `T1059` also means its sub-techniques. */
  techniques: z.array(TechniqueId).min(1).max(50).optional(),
  /** At least one entity of any of these types. */
  entityTypes: z.array(ObservableType).min(1).optional(),
});
export type TriggerConditions = z.infer<typeof TriggerConditions>;

/** What a trigger says, as it is sent. */
export const TriggerBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  playbookId: PlaybookId,
  on: TriggerEvent,
  conditions: TriggerConditions.default({}),
  enabled: z.boolean().default(true),
  /** The runs it starts show what they would do, and do nothing. */
  dryRun: z.boolean().default(false),
});
export type TriggerBody = z.infer<typeof TriggerBody>;

/** Runs a playbook on every incident that meets its conditions: once per incident. */
export const Trigger = z.object({
  ...TriggerBody.shape,
  id: Uuid,
  conditions: TriggerConditions,
  enabled: z.boolean(),
  dryRun: z.boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Trigger = z.infer<typeof Trigger>;

const TriggerParams = z.strictObject({ id: Uuid });

export const CreateTrigger = endpoint({
  id: 'createTrigger',
  service: 'response',
  method: 'POST',
  url: '/api/v1/response/triggers',
  summary: 'Adds a trigger: the playbook runs once on every incident that meets the conditions.',
  permission: 'playbooks:write',
  audit: 'trigger.create',
  body: TriggerBody,
  responses: { 201: Trigger },
  errors: { 422: ['trigger.unknown_playbook'] },
});

export const ListTriggers = endpoint({
  id: 'listTriggers',
  service: 'response',
  method: 'GET',
  url: '/api/v1/response/triggers',
  summary: 'Lists the triggers, newest first.',
  permission: 'playbooks:read',
  query: PageQuery.extend({ playbookId: PlaybookId.optional() }),
  responses: { 200: page(Trigger) },
});

export const GetTrigger = endpoint({
  id: 'getTrigger',
  service: 'response',
  method: 'GET',
  url: '/api/v1/response/triggers/:id',
  summary: 'Shows a trigger.',
  permission: 'playbooks:read',
  params: TriggerParams,
  responses: { 200: Trigger },
  errors: { 404: ['trigger.not_found'] },
});

export const ReplaceTrigger = endpoint({
  id: 'replaceTrigger',
  service: 'response',
  method: 'PUT',
  url: '/api/v1/response/triggers/:id',
  summary: 'Replaces what a trigger says; incidents it has fired on stay fired on.',
  permission: 'playbooks:write',
  audit: 'trigger.replace',
  params: TriggerParams,
  body: TriggerBody,
  responses: { 200: Trigger },
  errors: { 404: ['trigger.not_found'], 422: ['trigger.unknown_playbook'] },
});

export const DeleteTrigger = endpoint({
  id: 'deleteTrigger',
  service: 'response',
  method: 'DELETE',
  url: '/api/v1/response/triggers/:id',
  summary: 'Removes a trigger.',
  permission: 'playbooks:write',
  audit: 'trigger.delete',
  params: TriggerParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['trigger.not_found'] },
});
