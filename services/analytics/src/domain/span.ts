/** A span of time, `from` inclusive, `to` exclusive. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export type SpanDecision =
  | { readonly ok: true; readonly span: Span }
  | { readonly ok: false; readonly refusal: 'ends_before_it_begins' | 'too_long' };

const DAY_MS = 24 * 60 * 60 * 1000;
const LONGEST_MS = 366 * DAY_MS;

/** The span asked for; the last 24 hours where an end is missing. */
export function decideSpan(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Date,
): SpanDecision {
  // One millisecond past now, so that what arrived this very moment counts.
  const toMs = asked.to === undefined ? now.getTime() + 1 : Date.parse(asked.to);
  const fromMs = asked.from === undefined ? toMs - DAY_MS : Date.parse(asked.from);
  if (fromMs >= toMs) return { ok: false, refusal: 'ends_before_it_begins' };
  if (toMs - fromMs > LONGEST_MS) return { ok: false, refusal: 'too_long' };
  return { ok: true, span: { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() } };
}
