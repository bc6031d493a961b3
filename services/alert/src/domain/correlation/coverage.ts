import type { EntitySpan } from './entity-spans.ts';

/** Spans that were looked at, by entity. */
export function createCoverage() {
  const coveredByKey = new Map<string, EntitySpan[]>();
  return {
    add: (spans: readonly EntitySpan[]): void => {
      for (const span of spans) {
        const covered = [...(coveredByKey.get(span.key) ?? []), span];
        coveredByKey.set(
          span.key,
          covered.toSorted((a, b) => (a.from < b.from ? -1 : 1)),
        );
      }
    },
    /** The parts of some spans that are not covered. */
    gapsIn: <Span extends EntitySpan>(spans: readonly Span[]): readonly Span[] =>
      spans.flatMap((span) => gapsIn(span, coveredByKey.get(span.key) ?? [])),
  };
}

/** What of a span none of the others covers; they are in the order of their beginnings. */
function gapsIn<Span extends EntitySpan>(span: Span, covered: readonly EntitySpan[]): readonly Span[] {
  const gaps: Span[] = [];
  let { from } = span;
  for (const one of covered) {
    if (one.to < from || one.from > span.to) continue;
    if (one.from > from) gaps.push({ ...span, from, to: one.from });
    from = one.to;
  }
  return from < span.to ? [...gaps, { ...span, from }] : gaps;
}
