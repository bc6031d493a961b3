import type { TriageModel } from '@soc/contracts/ai/model';

/** Points each feature gives at a value of 1. */
export const WEIGHTS = {
  severity: 50,
  source_history: 20,
  entity_rarity: 10,
  intel_hits: 30,
  asset_value: 15,
} as const;

export type WeightedFeature = keyof typeof WEIGHTS;

/** As many closed alerts as it takes to halve the doubt about a rule: with none, its history says nothing. */
export const HISTORY_DOUBT = 4;

export const TRUE_POSITIVE_FROM = 70;

/** The name changes with the kind of the model, the version with every change of a weight or a rule. */
export const MODEL_ID = { name: 'soc-triage-linear', version: '1.0.0' } as const;

const SUMMARIES: Readonly<Record<WeightedFeature, { readonly minimum: number; readonly summary: string }>> = {
  severity: { minimum: 0, summary: 'What the source thinks: 0 for informational to 1 for critical, in steps of ¼.' },
  source_history: {
    minimum: -1,
    summary: `How closed alerts of the same source and rule ended: (true − false positives) ÷ (closed + ${HISTORY_DOUBT}).`,
  },
  entity_rarity: { minimum: 0, summary: 'The mean of 1 ÷ (1 + earlier alerts with the entity) over its entities.' },
  intel_hits: { minimum: 0, summary: 'The confidence of the surest indicator that is not warninglisted, ÷ 100.' },
  asset_value: { minimum: 0, summary: 'The value of the most valuable asset among its entities, ÷ 100.' },
};

/** The model as its users see it. */
export const TRIAGE_MODEL: TriageModel = {
  ...MODEL_ID,
  summary: 'A weighted sum, cut to 0–100. Deterministic and offline: the same facts give the same score.',
  features: Object.entries(WEIGHTS).map(([feature, weight]) => {
    // `entries` forgets that the keys are exactly the features.
    const name = feature as WeightedFeature;
    return { feature: name, weight, maximum: 1, ...SUMMARIES[name] };
  }),
  truePositiveFrom: TRUE_POSITIVE_FROM,
};
