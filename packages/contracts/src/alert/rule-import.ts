import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { QueryBoolean } from '../primitives.ts';
import { RuleId } from './rules.ts';

/** Largest import as it travels, in bytes. */
export const IMPORT_MAX_BYTES = 16 * 1024 * 1024;

/** Most rules of a tenant, enabled or not, and most bytes of them: of their texts and of what engines are made of. */
export const RULES_MAX = 10_000;
export const RULES_MAX_BYTES = 64 * 1024 * 1024;

/** What became of one document of an import. */
export const ImportedDocument = z.object({
  file: z.string(),
  line: z.number().int().min(1),
  outcome: z.enum(['loaded', 'updated', 'unchanged', 'refused']),
  id: RuleId.nullable(),
  title: z.string().nullable(),
  /** Of the rule it is now; null where it was refused. */
  version: z.number().int().min(1).nullable(),
  /** Why it was refused. */
  reason: z.string().nullable(),
});
export type ImportedDocument = z.infer<typeof ImportedDocument>;

export const ImportOutcome = z.object({
  loaded: z.number().int().min(0),
  updated: z.number().int().min(0),
  unchanged: z.number().int().min(0),
  refused: z.number().int().min(0),
  /** Every document, those that were refused first. */
  documents: z.array(ImportedDocument),
});
export type ImportOutcome = z.infer<typeof ImportOutcome>;

export const ImportRules = endpoint({
  id: 'importRules',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/rules/import',
  timeoutMs: 120_000,
  summary:
    'Takes Sigma rules as the body: a .yml file, a .zip or a .tar.gz. Stored in one transaction; what is refused costs no other.',
  permission: 'rules:write',
  audit: 'rule.import',
  query: z.strictObject({
    /** What the body is called, e.g. `rules.zip`; its form is told by its content. */
    name: z.string().min(1).max(255).optional(),
    /** Whether rules that are new make alerts at once (the default); those that are there stay as they are. */
    enabled: QueryBoolean.optional(),
  }),
  bodyKind: 'stream',
  responses: { 200: ImportOutcome },
  errors: {
    413: ['rule.import_too_large'],
    422: ['rule.nothing_readable', 'rule.too_many'],
    429: ['rule.busy'],
  },
});
