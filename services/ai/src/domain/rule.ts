import type { Alert } from '@soc/contracts';

/** Longer names are cut: they must fit an index. */
const MAX_LENGTH = 256;

/** Whose alerts are compared: those of one rule of one source. */
export interface Rule {
  readonly source: string;
  /** Its id, else its name; empty where the source names none, then all of its alerts are of one kind. */
  readonly rule: string;
}

export const ruleOf = ({ source, ruleId, ruleName }: Pick<Alert, 'source' | 'ruleId' | 'ruleName'>): Rule => ({
  source: source.slice(0, MAX_LENGTH),
  rule: (ruleId ?? ruleName ?? '').slice(0, MAX_LENGTH),
});

/** A rule as people name it. */
export const ruleLabel = ({ source, rule }: Rule): string => (rule === '' ? source : `${source} ${rule}`);
