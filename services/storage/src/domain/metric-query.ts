import type { MetricAggregate } from '@soc/contracts/storage/metrics';

/** Points whose label has one of the values; or, with `isNot`, has none of them or is absent. */
export interface LabelTest {
  readonly label: string;
  readonly values: readonly string[];
  readonly isNot: boolean;
}

/** What is asked of a metric, the same of every adapter. */
export interface MetricQuery {
  readonly tenantId: string;
  readonly name: string;
  /** RFC 3339; included. The first step begins here. */
  readonly from: string;
  /** Excluded. */
  readonly to: string;
  readonly stepS: number;
  /** All must hold. */
  readonly where: readonly LabelTest[];
  readonly groupBy: readonly string[];
  readonly aggregates: readonly MetricAggregate[];
}

/** Reads `label=value` and `label!=value`; several `=` of one label ask for any of their values. */
export function readLabelTests(texts: readonly string[]): readonly LabelTest[] {
  const tests = new Map<string, { label: string; values: string[]; isNot: boolean }>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const isNot = text[at - 1] === '!';
    const label = text.slice(0, isNot ? at - 1 : at);
    const key = `${isNot ? '!' : '='}${label}`;
    const test = tests.get(key) ?? { label, values: [], isNot };
    test.values.push(text.slice(at + 1));
    tests.set(key, test);
  }
  return [...tests.values()];
}
