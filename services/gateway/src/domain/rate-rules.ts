/** Endpoints that take a secret someone may be guessing. */
const GUESSABLE = new Set(['login', 'createServiceToken']);

/** What a request is counted as: an attempt to log in counts against its address, whoever it claims to be. */
export const rateClassOf = (endpointId: string | undefined): 'login' | 'general' =>
  endpointId !== undefined && GUESSABLE.has(endpointId) ? 'login' : 'general';

/** Under which name a request is counted. */
export function callerOf(
  rateClass: 'login' | 'general',
  principal: { readonly tenantId: string; readonly kind: string; readonly subject: string } | undefined,
  address: string,
): string {
  if (rateClass === 'login' || !principal) return `address:${address}`;
  return `${principal.tenantId}:${principal.kind}:${principal.subject}`;
}
