import type { Tx } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { DeduplicationRepository } from './deduplication-repository.ts';
import { type Arrival, claimedName, claimingOf, firstArrivals } from './domain/deduplicate.ts';
import { configuredParts } from './domain/deduplication/fingerprint-fields.ts';
import { bucketOf, type Candidate, findNear, type Leader } from './domain/deduplication/near-duplicates.ts';
import { simhashOf } from './domain/deduplication/simhash.ts';
import { fingerprintOf } from './domain/fingerprint.ts';
import type { NormalisedAlert } from './domain/normalise/normalised-alert.ts';
import { createSuppressor } from './domain/suppression/suppress.ts';
import type { FingerprintRepository } from './fingerprint-repository.ts';
import type { SuppressionRepository } from './suppression-repository.ts';

type Settings = Awaited<ReturnType<DeduplicationRepository['findOf']>>[number];

/** Of an alert on its way in, what it is told apart by. */
interface Submitted {
  readonly alert: NormalisedAlert;
  readonly fingerprint?: string | undefined;
  readonly origin: { readonly tenantId: string };
}

/** What arrived, and which of it later near-duplicates are to be compared with if it becomes an alert. */
export interface Identified {
  readonly arriving: readonly Arrival[];
  readonly leaders: readonly Leader[];
}

const nameOf = ({ tenantId, name }: { readonly tenantId: string; readonly name: string }): string =>
  `${tenantId} ${name}`;

/** Tells what arrivals are: which fingerprint they have, what they nearly repeat, and what hides them. */
export function createIdentification(given: {
  readonly dedupWindowS: number;
  readonly fingerprints: FingerprintRepository;
  readonly deduplication: DeduplicationRepository;
  readonly suppressions: SuppressionRepository;
}) {
  const { dedupWindowS, fingerprints, deduplication, suppressions } = given;

  /** News that something is over that people were told of reaches its alert, though a suppression would hide it now. */
  const unhideNews = async (tx: Tx, arriving: readonly Arrival[], at: Date): Promise<readonly Arrival[]> => {
    const hidden = arriving.filter(({ alert, suppressedBy }) => alert.resolved && suppressedBy !== null);
    if (hidden.length === 0) return arriving;
    const wanted = hidden.map(({ tenantId, fingerprint }) => ({ tenantId, name: fingerprint }));
    // What arrived in the same batch and is not hidden is about to be told.
    const telling = arriving.filter(({ suppressedBy }) => suppressedBy === null);
    const told = new Set([
      ...(await fingerprints.findKnown(tx, wanted, at)).map(nameOf),
      ...telling.map(({ tenantId, fingerprint }) => `${tenantId} ${fingerprint}`),
    ]);
    const isTold = ({ tenantId, fingerprint }: Arrival): boolean => told.has(`${tenantId} ${fingerprint}`);
    return arriving.map((one) => (hidden.includes(one) && isTold(one) ? { ...one, suppressedBy: null } : one));
  };

  const findNearDuplicates = async (
    tx: Tx,
    arriving: readonly Arrival[],
    distanceOf: ReadonlyMap<string, number>,
    at: Date,
  ): Promise<Identified> => {
    const firsts = firstArrivals(arriving).filter(
      ({ id, alert, suppressedBy }) => distanceOf.has(id) && !alert.resolved && suppressedBy === null,
    );
    if (firsts.length === 0) return { arriving, leaders: [] };
    await deduplication.lockSources(tx, [
      ...new Set(firsts.map(({ tenantId, alert }) => `${tenantId} ${alert.source}`)),
    ]);
    const wanted = firsts.map((one) => ({ tenantId: one.tenantId, name: claimedName(one) }));
    const open = new Set((await fingerprints.findKnown(tx, wanted, at)).filter(({ isOpen }) => isOpen).map(nameOf));
    const candidates = firsts
      .filter((one) => !open.has(`${one.tenantId} ${claimedName(one)}`))
      .map((one): Candidate => ({
        id: one.id,
        bucket: bucketOf(one.tenantId, one.alert),
        simhash: simhashOf(one.alert),
        maxDistance: distanceOf.get(one.id) ?? 0,
        expiresAt: claimingOf(one, at).expiresAt,
      }));
    if (candidates.length === 0) return { arriving, leaders: [] };
    const stored = await deduplication.findLeaders(tx, [...new Set(candidates.map(({ bucket }) => bucket))], at);
    const { near, leaders } = findNear(candidates, stored);
    return { arriving: arriving.map((one) => ({ ...one, near: near.get(one.id) })), leaders };
  };

  return async (tx: Tx, submissions: readonly Submitted[], at: Date): Promise<Identified> => {
    const tenantIds = [...new Set(submissions.map(({ origin }) => origin.tenantId))];
    const suppressorOf = createSuppressor(await suppressions.findInForce(tx, tenantIds, at));
    const sources = new Map(
      submissions.map(({ alert: { source }, origin: { tenantId } }) => [`${tenantId} ${source}`, { tenantId, source }]),
    );
    const found = await deduplication.findOf(tx, [...sources.values()]);
    const settings = new Map(found.map((one): [string, Settings] => [`${one.tenantId} ${one.source}`, one]));
    const distanceOf = new Map<string, number>();
    const arriving = submissions.map(({ alert, fingerprint, origin: { tenantId } }): Arrival => {
      const id = uuidv7(at.getTime());
      const { fingerprint: fields, windowS, nearDistance } = settings.get(`${tenantId} ${alert.source}`) ?? {};
      const parts = (fields && configuredParts(alert, fields)) ?? alert.fingerprintParts;
      // Who sends a fingerprint has said what is the same and what is not.
      if (typeof nearDistance === 'number' && fingerprint === undefined) distanceOf.set(id, nearDistance);
      return {
        id,
        tenantId,
        fingerprint: fingerprint ?? fingerprintOf(tenantId, { source: alert.source, fingerprintParts: parts }),
        suppressedBy: suppressorOf(tenantId, alert),
        alert,
        windowS: windowS ?? dedupWindowS,
      };
    });
    return findNearDuplicates(tx, await unhideNews(tx, arriving, at), distanceOf, at);
  };
}

export type Identification = ReturnType<typeof createIdentification>;
