import { createHash } from 'node:crypto';
import type { NormalisedAlert } from '../normalise/normalised-alert.ts';
import { distanceOf, type Simhash } from './simhash.ts';

/** Among which alerts near-duplicates are looked for: the same source and rule, the same hosts and users. In the form of a UUID. */
export function bucketOf(
  tenantId: string,
  { source, ruleId, ruleName, observables }: Pick<NormalisedAlert, 'source' | 'ruleId' | 'ruleName' | 'observables'>,
): string {
  const who = observables
    .filter(({ type }) => type === 'host' || type === 'user')
    .map(({ type, value }) => `${type} ${value.toLowerCase()}`);
  const identity = JSON.stringify([tenantId, source, ruleId ?? ruleName, ...new Set(who.toSorted())]);
  const hex = createHash('sha256').update(identity).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** The first alert of its kind: what others are compared with. Never with another near-duplicate, so there is no drift. */
export interface Leader {
  readonly bucket: string;
  readonly alertId: string;
  readonly simhash: Simhash;
  readonly expiresAt: string;
}

/** Leaders that are compared with, the latest of a bucket. */
export const LEADERS_PER_BUCKET = 500;

export interface Near {
  /** The alert that stands for it. */
  readonly alertId: string;
  readonly distance: number;
  readonly expiresAt: string;
}

export interface Candidate {
  readonly id: string;
  readonly bucket: string;
  readonly simhash: Simhash;
  readonly maxDistance: number;
  /** Until when it would stand for others. */
  readonly expiresAt: string;
}

/**
 * For each candidate, in their order, the nearest leader within its distance, the earliest of those at the same; a candidate
 * without one leads those after it. Of the stored the latest come first.
 */
export function findNear(
  candidates: readonly Candidate[],
  stored: readonly Leader[],
): { readonly near: ReadonlyMap<string, Near>; readonly leaders: readonly Leader[] } {
  const byBucket = Map.groupBy(stored, ({ bucket }) => bucket);
  const near = new Map<string, Near>();
  const leaders: Leader[] = [];
  for (const { id, bucket, simhash, maxDistance, expiresAt } of candidates) {
    const others = byBucket.get(bucket) ?? [];
    const [nearest] = others
      .map((leader) => ({
        alertId: leader.alertId,
        expiresAt: leader.expiresAt,
        distance: distanceOf(leader.simhash, simhash),
      }))
      .filter(({ distance }) => distance <= maxDistance)
      .toSorted((a, b) => a.distance - b.distance || (a.alertId < b.alertId ? -1 : 1));
    if (nearest) near.set(id, nearest);
    else {
      const leader = { bucket, alertId: id, simhash, expiresAt };
      leaders.push(leader);
      byBucket.set(bucket, [leader, ...others].slice(0, LEADERS_PER_BUCKET));
    }
  }
  return { near, leaders };
}
