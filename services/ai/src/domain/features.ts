import { type FeatureContribution, Severity, severityRank } from '@soc/contracts';
import { HISTORY_DOUBT, type WeightedFeature, WEIGHTS } from './model.ts';
import type { RuleHistory, Signals } from './signals.ts';

interface Reading {
  /** −1…1. */
  readonly value: number;
  readonly explanation: string;
}

export const closedOf = ({ truePositives, benignTruePositives, falsePositives }: RuleHistory): number =>
  truePositives + benignTruePositives + falsePositives;

function readHistory({ history, rule }: Signals): Reading {
  const closed = closedOf(history);
  if (closed === 0) return { value: 0, explanation: `no alert of ${rule} was closed yet` };
  const { truePositives, falsePositives } = history;
  return {
    value: (truePositives - falsePositives) / (closed + HISTORY_DOUBT),
    explanation: `of ${closed} closed alerts of ${rule}, ${truePositives} were true and ${falsePositives} false positives`,
  };
}

function readRarity({ sightings }: Signals): Reading {
  if (sightings.length === 0) return { value: 0, explanation: 'it names no entity' };
  const unseen = sightings.filter((count) => count === 0).length;
  return {
    value: sightings.reduce((sum, count) => sum + 1 / (1 + count), 0) / sightings.length,
    explanation: `${unseen} of ${sightings.length} entities were in no alert before`,
  };
}

function readIntel({ intel }: Signals): Reading {
  if (!intel) return { value: 0, explanation: 'intel knows none of its entities' };
  const threat = intel.threat === null ? 'an indicator' : intel.threat;
  return {
    value: intel.confidence / 100,
    explanation: `${intel.value} is known as ${threat}, confidence ${intel.confidence}`,
  };
}

function readAsset({ asset }: Signals): Reading {
  if (!asset) return { value: 0, explanation: 'none of its entities is a registered asset' };
  return { value: asset.value / 100, explanation: `${asset.entity} is ${asset.name}, worth ${asset.value}` };
}

const readSeverity = ({ severity }: Signals): Reading => ({
  value: severityRank(severity) / (Severity.options.length - 1),
  explanation: `the source calls it ${severity}`,
});

const READERS: readonly (readonly [WeightedFeature, (signals: Signals) => Reading])[] = [
  ['severity', readSeverity],
  ['source_history', readHistory],
  ['entity_rarity', readRarity],
  ['intel_hits', readIntel],
  ['asset_value', readAsset],
];

const toThousandths = (value: number): number => Math.round(value * 1_000) / 1_000;

/** Every feature with its part in whole points. */
export const featuresOf = (signals: Signals): readonly FeatureContribution[] =>
  READERS.map(([feature, read]) => {
    const { value, explanation } = read(signals);
    const weight = WEIGHTS[feature];
    // Adding 0 turns −0 into 0.
    return { feature, value: toThousandths(value), weight, contribution: Math.round(weight * value) + 0, explanation };
  });
