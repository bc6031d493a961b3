import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, QueryBoolean, Severity, Timestamp } from '../primitives.ts';
import { commaList } from './queries.ts';

/** What a Sigma rule calls itself; mostly a UUID. One without an id gets one made of its file and title. */
export const RuleId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\w][\w.:@+-]*$/, 'letters, digits and any of . _ : @ + -');
export type RuleId = z.infer<typeof RuleId>;

const params = z.strictObject({ id: RuleId });
const NOT_FOUND = { 404: ['rule.not_found'] } as const;
/** What a filter narrows is read anew when it is gone, or is switched; so much at a time. */
const BUSY = { 429: ['rule.busy'] } as const;

/** A detection matches events, a correlation counts matches of rules, a filter narrows other rules. */
export const RuleKind = z.enum(['detection', 'correlation', 'filter']);
export type RuleKind = z.infer<typeof RuleKind>;

/** A Sigma rule as the tenant has it now. `version` grows by one whenever what it asks or says changes. */
export const RuleSummary = z.object({
  id: RuleId,
  kind: RuleKind,
  title: z.string(),
  level: Severity,
  status: z.string().nullable(),
  enabled: z.boolean(),
  /** The log source it is about, as far as it names one. */
  product: z.string().nullable(),
  category: z.string().nullable(),
  service: z.string().nullable(),
  author: z.string().nullable(),
  license: z.string().nullable(),
  tags: z.array(z.string()),
  /** Where the document was within what was imported. */
  file: z.string(),
  line: z.number().int().min(1),
  version: z.number().int().min(1),
  importedAt: Timestamp,
  updatedAt: Timestamp,
  updatedBy: z.string(),
});
export type RuleSummary = z.infer<typeof RuleSummary>;

/** One state a rule was in. */
export const RuleVersion = z.object({
  version: z.number().int().min(1),
  title: z.string(),
  level: Severity,
  /** The document as it was written. */
  text: z.string(),
  at: Timestamp,
  by: z.string(),
});
export type RuleVersion = z.infer<typeof RuleVersion>;

/** All that is known of a rule; the text is the document as it was written, with its author's words. */
export const RuleDetails = RuleSummary.extend({
  name: z.string().nullable(),
  description: z.string().nullable(),
  date: z.string().nullable(),
  modified: z.string().nullable(),
  references: z.array(z.string()),
  falsePositives: z.array(z.string()),
  text: z.string(),
  /** The latest 20, newest first. */
  versions: z.array(RuleVersion.omit({ text: true })),
});
export type RuleDetails = z.infer<typeof RuleDetails>;

/** Which rules: all that hold every part. */
export const RuleFilter = z.strictObject({
  /** Part of the id, title, file or a tag, in any case. */
  q: z.string().min(1).max(200).optional(),
  level: commaList(Severity).optional(),
  status: commaList(z.string().min(1).max(40)).optional(),
  kind: commaList(RuleKind).optional(),
  product: commaList(z.string().min(1).max(100)).optional(),
  category: commaList(z.string().min(1).max(100)).optional(),
  service: commaList(z.string().min(1).max(100)).optional(),
});
export type RuleFilter = z.infer<typeof RuleFilter>;

export const ListRulesQuery = PageQuery.extend({ ...RuleFilter.shape, enabled: QueryBoolean.optional() });
export type ListRulesQuery = z.infer<typeof ListRulesQuery>;

export const ListRules = endpoint({
  id: 'listRules',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/rules',
  summary: 'The Sigma rules of the tenant, by title.',
  permission: 'rules:read',
  query: ListRulesQuery,
  responses: { 200: page(RuleSummary) },
});

export const GetRule = endpoint({
  id: 'getRule',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/rules/:id',
  summary: 'A rule with its author, licence, references, text and latest versions.',
  permission: 'rules:read',
  params,
  responses: { 200: RuleDetails },
  errors: NOT_FOUND,
});

export const ListRuleVersions = endpoint({
  id: 'listRuleVersions',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/rules/:id/versions',
  summary: 'What a rule said at each of its versions, newest first.',
  permission: 'rules:read',
  params,
  query: PageQuery,
  responses: { 200: page(RuleVersion) },
  errors: NOT_FOUND,
});

export const DeleteRule = endpoint({
  id: 'deleteRule',
  service: 'alert',
  method: 'DELETE',
  url: '/api/v1/alerts/rules/:id',
  summary: 'Removes a rule with its versions. Refused while a correlation that is stored counts its matches.',
  permission: 'rules:write',
  audit: 'rule.delete',
  params,
  responses: { 204: z.undefined() },
  errors: { ...NOT_FOUND, ...BUSY, 409: ['rule.in_use'] },
});

export const EnableRule = endpoint({
  id: 'enableRule',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/rules/:id/enable',
  summary: 'Lets a rule make alerts; every replica uses it within 5 s.',
  permission: 'rules:write',
  audit: 'rule.enable',
  params,
  responses: { 200: RuleSummary },
  errors: { ...NOT_FOUND, ...BUSY },
});

export const DisableRule = endpoint({
  id: 'disableRule',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/rules/:id/disable',
  summary: 'Stops a rule; every replica lets go of it within 5 s.',
  permission: 'rules:write',
  audit: 'rule.disable',
  params,
  responses: { 200: RuleSummary },
  errors: { ...NOT_FOUND, ...BUSY },
});

/** The filter in the body has the names and forms it has in the query of the list; an empty one means every rule. */
export const RulesChanged = z.object({ matched: z.number().int().min(0), changed: z.number().int().min(0) });
export type RulesChanged = z.infer<typeof RulesChanged>;

export const EnableRules = endpoint({
  id: 'enableRules',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/rules/enable',
  summary: 'Enables every rule that a filter names.',
  permission: 'rules:write',
  audit: 'rule.enable',
  body: RuleFilter,
  responses: { 200: RulesChanged },
  errors: BUSY,
});

export const DisableRules = endpoint({
  id: 'disableRules',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/rules/disable',
  summary: 'Disables every rule that a filter names.',
  permission: 'rules:write',
  audit: 'rule.disable',
  body: RuleFilter,
  responses: { 200: RulesChanged },
  errors: BUSY,
});
