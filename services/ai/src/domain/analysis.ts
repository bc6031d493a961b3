import { attribute, type TechniqueHints } from '@soc/attack';
import type { Analysis } from '@soc/contracts';
import { MODEL_ID } from './model.ts';
import { scoreOf } from './score.ts';
import type { Signals } from './signals.ts';

/** An analysis of something that need not be an alert yet. */
export type Assessment = Omit<Analysis, 'alertId' | 'revision'>;

/** Scores something like an alert and says which techniques it speaks of. */
export const assess = (hints: TechniqueHints, signals: Signals, at: Date): Assessment => ({
  ...scoreOf(signals),
  ...attribute(hints),
  model: MODEL_ID,
  analysedAt: at.toISOString(),
});

/** The next revision of an analysis, weighed with new signals; undefined when the score stays what it is. */
export function revise(analysis: Analysis, signals: Signals, at: Date): Analysis | undefined {
  const scored = scoreOf(signals);
  if (scored.score === analysis.score) return undefined;
  return { ...analysis, ...scored, revision: analysis.revision + 1, model: MODEL_ID, analysedAt: at.toISOString() };
}
