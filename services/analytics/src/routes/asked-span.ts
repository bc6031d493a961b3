import { invalidRequest } from '@soc/service-kit';
import { decideSpan, type Span } from '../domain/span.ts';

const REASONS = { ends_before_it_begins: 'must be after `from`', too_long: 'at most 366 days after `from`' };

/** The span of a query. Throws the 400 that names `query.to` when it makes no sense. */
export function askedSpan(
  query: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Date,
): Span {
  const decision = decideSpan(query, now);
  if (!decision.ok) throw invalidRequest([{ path: 'query.to', message: REASONS[decision.refusal] }]);
  return decision.span;
}
