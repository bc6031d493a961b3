import type { Principal } from '@soc/identity';
import { clientNetworkOf } from '@soc/service-kit';
import { type Counts, countsOf, type RateRules, type Traffic } from './domain/rate-rules.ts';

/** The counts that a request goes into. */
export type FindCounts = (traffic: Traffic, principal: Principal | undefined, address: string) => Counts;

interface Latest {
  readonly traffic: Traffic;
  readonly address: string;
  readonly rules: RateRules;
  readonly counts: Counts;
}

/** By the rules as they are at the moment. */
export function createRateCounts(rules: () => RateRules): FindCounts {
  /** A client mostly sends the same kind of request from the same place as the last time. */
  const latest = new WeakMap<Principal, Latest>();
  return (traffic, principal, address) => {
    const current = rules();
    const known = principal && latest.get(principal);
    if (known?.traffic === traffic && known.address === address && known.rules === current) return known.counts;
    const counts = countsOf(traffic, principal, clientNetworkOf(address), current);
    if (principal) latest.set(principal, { traffic, address, rules: current, counts });
    return counts;
  };
}
