import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { FeatureContribution } from './events.ts';

/** How scores come about: `score = clamp(Σ round(weight × value), 0, 100)`. */
export const TriageModel = z.object({
  name: z.string(),
  version: z.string(),
  summary: z.string(),
  features: z.array(
    z.object({
      feature: FeatureContribution.shape.feature,
      /** Points at a value of 1. */
      weight: z.number(),
      /** The range of its values. */
      minimum: z.number(),
      maximum: z.number(),
      summary: z.string(),
    }),
  ),
  /** From this score on the suggested verdict is true_positive. */
  truePositiveFrom: z.number().int(),
});
export type TriageModel = z.infer<typeof TriageModel>;

export const ListModels = endpoint({
  id: 'listModels',
  service: 'ai',
  method: 'GET',
  url: '/api/v1/ai/models',
  summary: 'The models that score alerts, with their weights.',
  permission: 'ai:read',
  responses: { 200: z.object({ items: z.array(TriageModel) }) },
});
