import type { RuleFinding, RuleVerdict } from '@soc/contracts/alert/rule-trials';
import type { Explanation } from '@soc/sigma';

const FINDINGS = 50;
const VALUES = 10;
const CHARACTERS = 500;

/** What an explanation says of the event at `index`. */
export function verdictOf(explanation: Explanation, index: number): RuleVerdict {
  const verdict = { index, matched: false, missing: [], findings: [] };
  switch (explanation.outcome) {
    case 'matched': {
      const findings = explanation.evidence.map((found) => finding({ ...found, why: 'passed' }));
      return { ...verdict, outcome: 'matched', matched: true, findings: findings.slice(0, FINDINGS) };
    }
    case 'other_log_source':
      return {
        ...verdict,
        outcome: 'other_log_source',
        missing: explanation.missing.map(({ part, expected }) => `${part}: ${expected}`),
      };
    case 'not_matched':
      return { ...verdict, outcome: 'not_matched', findings: explanation.obstacles.map(finding).slice(0, FINDINGS) };
    case 'refused_rule':
    case 'unknown_rule':
      throw new Error('the rule is not at work here');
  }
}

interface Found {
  readonly search: string | undefined;
  readonly field: string | undefined;
  readonly written: string;
  readonly values: readonly unknown[];
  readonly why: RuleFinding['why'];
}

const finding = ({ search, field, written, values, why }: Found): RuleFinding => ({
  search: search ?? null,
  field: field ?? null,
  expected: written,
  actual: values.slice(0, VALUES).map((value) => String(value).slice(0, CHARACTERS).toWellFormed()),
  why,
});
