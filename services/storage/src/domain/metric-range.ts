/** More steps than a chart can show are refused. */
const MAX_STEPS = 2_000;

/** Whether a range may be summarised in steps of `stepS`. */
export function checkMetricRange(range: {
  readonly from: string;
  readonly to: string;
  readonly stepS: number;
}): { readonly ok: true } | { readonly ok: false; readonly refusal: 'too_many_steps' | 'empty_range' } {
  const lengthMs = Date.parse(range.to) - Date.parse(range.from);
  if (lengthMs <= 0) return { ok: false, refusal: 'empty_range' };
  return lengthMs / (range.stepS * 1_000) > MAX_STEPS ? { ok: false, refusal: 'too_many_steps' } : { ok: true };
}
