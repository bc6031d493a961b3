import { z } from 'zod';
import { event } from '../event.ts';
import { Timestamp, Uuid, Verdict } from '../primitives.ts';

/** A technique and where it came from: named by the source, implied by a tactic, or matched by a keyword rule. */
export const AttributedTechnique = z.object({
  id: z.string(),
  name: z.string().nullable(),
  origin: z.enum(['source', 'keyword', 'tag']),
  evidence: z.string(),
});
export type AttributedTechnique = z.infer<typeof AttributedTechnique>;

/**
 * One feature's part in the score: `contribution` is in whole points of the 0–100 score and may be negative. Where the sum
 * leaves that range, `clamping` is the part that was cut off, so that the contributions always add up to the score.
 */
export const FeatureContribution = z.object({
  feature: z.enum(['severity', 'source_history', 'entity_rarity', 'intel_hits', 'asset_value', 'clamping']),
  value: z.number(),
  weight: z.number(),
  contribution: z.number(),
  explanation: z.string(),
});
export type FeatureContribution = z.infer<typeof FeatureContribution>;

export const Analysis = z.object({
  alertId: Uuid,
  /** 1 for the first look, higher when new facts (an intel hit) changed the score. */
  revision: z.number().int().min(1),
  score: z.number().int().min(0).max(100),
  suggestedVerdict: Verdict,
  techniques: z.array(AttributedTechnique),
  tactics: z.array(z.string()),
  features: z.array(FeatureContribution),
  explanation: z.string(),
  model: z.object({ name: z.string(), version: z.string() }),
  analysedAt: Timestamp,
});
export type Analysis = z.infer<typeof Analysis>;

export const AnalysisCompleted = event({
  type: 'analysis.completed',
  version: 1,
  owner: 'ai',
  summary: 'Triage scored an alert and suggests a verdict.',
  payload: Analysis,
});
