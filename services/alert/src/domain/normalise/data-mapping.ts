import { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import { SourceName } from '@soc/contracts/alert/ingest';
import { z } from 'zod';
import { PayloadFormat } from './payload-format.ts';

/** What an example must become: only what is named is compared. */
const ExpectedAlert = z.strictObject({
  title: z.string(),
  severity: z.string(),
  occurredAt: z.string().optional(),
  ruleId: z.string().nullable().optional(),
  externalId: z.string().nullable().optional(),
  resolved: z.boolean().optional(),
  /** `role type value`, as many as matter. */
  observables: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  techniques: z.array(z.string()).optional(),
});

/** A vendor in one file: how its payloads are read, and examples with what they become, which the tests hold it to. */
export const DataMapping = z.strictObject({
  /** The last part of the webhook's URL. */
  source: SourceName,
  /** What it reads, in a sentence. */
  about: z.string().min(1),
  /** Where the vendor documents its payloads. */
  reference: z.url(),
  /** Grows with every change, so that one can tell by which version an alert was read. */
  version: z.number().int().min(1),
  format: PayloadFormat.default('json'),
  fields: GenericMapping,
  examples: z
    .array(
      z.strictObject({
        /** A JSON document, or a text in the source's format. */
        payload: z.union([z.string(), z.record(z.string(), z.unknown())]),
        /** One for each alert in the payload, in their order. */
        alerts: z.array(ExpectedAlert),
        skipped: z.number().int().min(0).default(0),
      }),
    )
    .min(1),
});
export type DataMapping = z.infer<typeof DataMapping>;
