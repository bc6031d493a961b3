import type { MetricAggregate, MetricBucket, MetricSeries } from '@soc/contracts/storage/metrics';

/** What a store says of one step of one group; several rows may say something of the same. */
export interface MetricRow {
  /** RFC 3339; start of the step. */
  readonly at: string;
  /** Values of the labels that were grouped by, in their order; null where the points do not have one. */
  readonly group: readonly (string | null)[];
  readonly values: Readonly<Partial<Record<MetricAggregate, number>>>;
}

const byText =
  <Item>(text: (item: Item) => string) =>
  (a: Item, b: Item): number =>
    text(a) < text(b) ? -1 : Number(text(a) > text(b));

/** Puts rows together to series: in order of the groups, and in each in order of time. */
export function toSeries(groupBy: readonly string[], rows: Iterable<MetricRow>): readonly MetricSeries[] {
  const groups = new Map<string, { group: MetricRow['group']; buckets: Map<string, MetricBucket> }>();
  for (const { at, group, values } of rows) {
    const key = JSON.stringify(group);
    const found = groups.get(key) ?? { group, buckets: new Map<string, MetricBucket>() };
    groups.set(key, found);
    found.buckets.set(at, { ...(found.buckets.get(at) ?? { at }), ...values });
  }
  return [...groups].toSorted(byText(([key]) => key)).map(([, { group, buckets }]) => ({
    labels: Object.fromEntries(
      groupBy.flatMap((label, index) => {
        const value = group[index];
        return typeof value === 'string' ? [[label, value]] : [];
      }),
    ),
    items: [...buckets.values()].toSorted(byText(({ at }) => at)),
  }));
}
