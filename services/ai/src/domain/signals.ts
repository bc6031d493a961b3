import { IntelHit } from '@soc/contracts/ai/analysis';
import { Severity } from '@soc/contracts/primitives';
import { z } from 'zod';

/** How the closed alerts of a rule ended. */
export const RuleHistory = z.object({
  truePositives: z.number().int(),
  benignTruePositives: z.number().int(),
  falsePositives: z.number().int(),
});
export type RuleHistory = z.infer<typeof RuleHistory>;

export const NO_HISTORY: RuleHistory = { truePositives: 0, benignTruePositives: 0, falsePositives: 0 };

/** The most valuable asset among the entities of an alert. */
export const AssetHit = z.object({ entity: z.string(), name: z.string(), value: z.number().int() });
export type AssetHit = z.infer<typeof AssetHit>;

/** Everything a score is computed from. Stored with the analysis, so that a new fact can be weighed with the old ones. */
export const Signals = z.object({
  severity: Severity,
  /** Source and rule, for people. */
  rule: z.string(),
  history: RuleHistory,
  /** For each entity, in how many earlier alerts it was. */
  sightings: z.array(z.number().int()),
  /** The surest thing that intel knows of the entities. */
  intel: IntelHit.nullable(),
  asset: AssetHit.nullable(),
});
export type Signals = z.infer<typeof Signals>;
