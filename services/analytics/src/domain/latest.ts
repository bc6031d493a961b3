/** The highest version of each fact, in order of id: the order in which rows are locked, so that batches cannot deadlock. */
export function latestOfEach<Fact extends { readonly id: string; readonly version: number }>(
  facts: readonly Fact[],
): readonly Fact[] {
  const latest = new Map<string, Fact>();
  for (const fact of facts) {
    const known = latest.get(fact.id);
    if (!known || known.version < fact.version) latest.set(fact.id, fact);
  }
  return [...latest.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
