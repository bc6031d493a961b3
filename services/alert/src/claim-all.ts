import type { Tx } from '@soc/db-cluster';
import { type Arrival, claimedName, claimingOf, firstArrivals, type FingerprintClaim } from './domain/deduplicate.ts';
import type { FingerprintRepository } from './fingerprint-repository.ts';

const ownerIn = (claims: readonly FingerprintClaim[], arrival: Arrival): string =>
  claims.find(({ tenantId, name }) => tenantId === arrival.tenantId && name === claimedName(arrival))?.alertId ??
  arrival.id;

/**
 * Claims the fingerprints of all that arrived. A near-duplicate claims for the alert that stands for its kind, once it is known
 * which that is: one that arrived with it may itself turn out to repeat an older one.
 */
export async function claimAll(
  fingerprints: Pick<FingerprintRepository, 'claim'>,
  tx: Tx,
  arriving: readonly Arrival[],
  at: Date,
): Promise<readonly FingerprintClaim[]> {
  const firsts = firstArrivals(arriving);
  const own = firsts.filter(({ near }) => !near);
  const claims = await fingerprints.claim(
    tx,
    own.map((one) => claimingOf(one, at)),
    at,
  );
  const nearly = firsts.filter(({ near }) => near).map((one) => claimingOf(one, at));
  if (nearly.length === 0) return claims;
  const ownerOf = new Map(own.map((one) => [one.id, ownerIn(claims, one)]));
  const forOthers = nearly.map((one) => ({ ...one, alertId: ownerOf.get(one.alertId) ?? one.alertId }));
  return [...claims, ...(await fingerprints.claim(tx, forOthers, at))];
}
