import type { Alert } from '@soc/contracts';
import type { SuppressionConditions, SuppressionPreview } from '@soc/contracts/alert/suppressions';
import { conditionsTest } from './conditions.ts';

const EXAMPLES = 10;

/** Of a stored alert what a preview needs. */
export type Previewed = Pick<
  Alert,
  | 'id'
  | 'title'
  | 'severity'
  | 'source'
  | 'ruleId'
  | 'ruleName'
  | 'tags'
  | 'techniques'
  | 'observables'
  | 'occurrences'
  | 'occurredAt'
  | 'incidentId'
  | 'verdict'
>;

/** Counts, page by page, the stored alerts that conditions would have hidden; the latest come first. */
export function createPreview(conditions: SuppressionConditions) {
  const days = new Map<string, { alerts: number; occurrences: number }>();
  const examples: SuppressionPreview['examples'] = [];
  const totals = { alerts: 0, occurrences: 0, inIncidents: 0, truePositives: 0, scanned: 0 };

  const count = (alert: Previewed): void => {
    const { id, title, severity, source, ruleId, occurredAt, incidentId, occurrences, verdict } = alert;
    totals.alerts += 1;
    totals.occurrences += occurrences;
    if (incidentId !== null) totals.inIncidents += 1;
    if (verdict === 'true_positive') totals.truePositives += 1;
    if (examples.length < EXAMPLES) examples.push({ id, title, severity, source, ruleId, occurredAt, incidentId });
    const name = occurredAt.slice(0, 10);
    const day = days.get(name) ?? { alerts: 0, occurrences: 0 };
    days.set(name, { alerts: day.alerts + 1, occurrences: day.occurrences + occurrences });
  };

  return {
    add: (alerts: readonly Previewed[]): void => {
      totals.scanned += alerts.length;
      // What may be spent is for each page, as it is for each batch that arrives.
      alerts.filter(conditionsTest(conditions)).forEach(count);
    },
    result: () => ({
      ...totals,
      examples,
      perDay: [...days].map(([day, counts]) => ({ day, ...counts })).toSorted((a, b) => (a.day < b.day ? -1 : 1)),
    }),
  };
}
