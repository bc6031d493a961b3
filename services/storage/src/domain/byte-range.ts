/** Bytes `first` to `last`, both of them included and both within the content. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export type RangeDecision =
  | { readonly is: 'whole' }
  | { readonly is: 'part'; readonly range: ByteRange }
  | { readonly is: 'unsatisfiable' };

/**
 * What a `Range` header asks for of a content of so many bytes (RFC 9110, 14). One range is answered; several, or what is not
 * understood, are answered with the whole, as the specification allows.
 */
export function rangeOf(header: string | undefined, sizeBytes: number): RangeDecision {
  const [, first, last] = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return { is: 'whole' };
  if (first === '') {
    const count = Math.min(Number(last), sizeBytes);
    return count === 0
      ? { is: 'unsatisfiable' }
      : { is: 'part', range: { first: sizeBytes - count, last: sizeBytes - 1 } };
  }
  const [from, to] = [Number(first), last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)];
  if (last !== '' && Number(last) < from) return { is: 'whole' };
  return from >= sizeBytes ? { is: 'unsatisfiable' } : { is: 'part', range: { first: from, last: to } };
}
