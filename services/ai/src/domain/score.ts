import type { FeatureContribution, Verdict } from '@soc/contracts';
import { closedOf, featuresOf } from './features.ts';
import { TRUE_POSITIVE_FROM } from './model.ts';
import type { Signals } from './signals.ts';

export interface Score {
  /** 0–100. */
  readonly score: number;
  /** Their contributions add up to the score exactly. */
  readonly features: FeatureContribution[];
  readonly suggestedVerdict: Verdict;
  readonly explanation: string;
}

/** So many closed alerts, nearly all of one verdict, make the next one likely the same. */
const ENOUGH_CLOSED = 3;
const NEARLY_ALL = 0.8;

/** From here on what intel knows speaks against calling it false or benign. */
const INTEL_SPEAKS_FROM = 30;

interface Suggestion {
  readonly suggestedVerdict: Verdict;
  readonly because: string;
}

function suggest(score: number, { history, intel }: Signals): Suggestion {
  if (score >= TRUE_POSITIVE_FROM) {
    return { suggestedVerdict: 'true_positive', because: `the score is ${TRUE_POSITIVE_FROM} or more` };
  }
  const closed = closedOf(history);
  const isQuiet = closed >= ENOUGH_CLOSED && (intel?.confidence ?? 0) < INTEL_SPEAKS_FROM;
  if (isQuiet && history.falsePositives >= closed * NEARLY_ALL) {
    return { suggestedVerdict: 'false_positive', because: 'nearly all alerts of its rule were' };
  }
  if (isQuiet && history.benignTruePositives >= closed * NEARLY_ALL) {
    return { suggestedVerdict: 'benign_true_positive', because: 'nearly all alerts of its rule were' };
  }
  return { suggestedVerdict: 'undetermined', because: 'nothing decides it' };
}

function clamping(sum: number, score: number): readonly FeatureContribution[] {
  if (sum === score) return [];
  const explanation = `the sum ${sum} is cut to ${score}`;
  return [{ feature: 'clamping', value: sum, weight: 1, contribution: score - sum, explanation }];
}

const signed = (points: number): string => (points < 0 ? `−${-points}` : `+${points}`);

function explain(
  score: number,
  features: readonly FeatureContribution[],
  { suggestedVerdict, because }: Suggestion,
): string {
  const parts = features
    .filter(({ contribution }) => contribution !== 0)
    .map(({ contribution, explanation }) => `${signed(contribution)} ${explanation}`);
  return `${score} of 100: ${parts.join('; ') || 'nothing speaks for it'}. Suggested ${suggestedVerdict}: ${because}.`;
}

/** Weighs the signals: the same signals give the same score, whenever and wherever. */
export function scoreOf(signals: Signals): Score {
  const weighed = featuresOf(signals);
  const sum = weighed.reduce((total, { contribution }) => total + contribution, 0);
  const score = Math.min(100, Math.max(0, sum));
  const features = [...weighed, ...clamping(sum, score)];
  const suggestion = suggest(score, signals);
  return {
    score,
    features,
    suggestedVerdict: suggestion.suggestedVerdict,
    explanation: explain(score, features, suggestion),
  };
}
