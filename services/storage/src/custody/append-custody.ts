import type { KeyObject } from 'node:crypto';
import { type CustodyLink, linkCustody } from '@soc/audit/custody';
import type { Tx } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { custodyRepository, type CustodyOwner, type NewCustodyEntry } from './custody-repository.ts';

/** Where a chain has come to. */
export interface CustodyHead {
  readonly sequence: number;
  /** In hexadecimal. */
  readonly chain: string;
}

export interface CustodySigner {
  /** Ed25519. */
  readonly privateKey: KeyObject;
  readonly log: Pick<BusLog, 'info' | 'error'>;
}

/** Somebody wrote an entry past the chain. Nothing is signed on top of it, so whoever wanted the object does not get it. */
export class CustodyBrokenError extends Error {
  override readonly name = 'CustodyBrokenError';

  constructor(objectId: string, sequence: number) {
    super(`custody of object ${objectId} is broken: entry ${sequence} was inserted after the chain had begun`);
  }
}

/**
 * The entries from before custody was signed, which the first link takes in. Throws `CustodyBrokenError` where there are such
 * entries after a link: those were never this service's.
 */
async function listAdopted({ log }: CustodySigner, tx: Tx, objectId: string, last: CustodyLink | undefined) {
  const unlinked = await custodyRepository.listUnlinked(tx, objectId, last?.sequence ?? 0);
  const [first] = unlinked;
  if (!last || !first) return unlinked;
  const error = new CustodyBrokenError(objectId, first.sequence);
  log.error({ err: error, objectId, sequence: first.sequence }, 'custody is broken, nothing is signed on top of it');
  throw error;
}

/** For what cannot be taken back: throws what `appendCustody` would. Locks the object's row. */
export async function demandUnbrokenCustody(signer: CustodySigner, tx: Tx, objectId: string): Promise<void> {
  await custodyRepository.lock(tx, objectId);
  await listAdopted(signer, tx, objectId, await custodyRepository.findLastLink(tx, objectId));
}

/**
 * Appends the next entry of an object, continues its chain and signs it, all in the transaction that does what the entry says. The
 * object's row is locked first, so that numbers have no gaps and no doubles, whoever appends at the same time. Entries from before
 * custody was signed are taken in with the first link, marked as such. Throws `CustodyBrokenError`.
 */
export async function appendCustody(
  signer: CustodySigner,
  tx: Tx,
  owner: CustodyOwner,
  entry: NewCustodyEntry,
): Promise<CustodyHead> {
  await custodyRepository.lock(tx, owner.id);
  const last = await custodyRepository.findLastLink(tx, owner.id);
  const adopted = await listAdopted(signer, tx, owner.id, last);
  const sequence = (adopted.at(-1)?.sequence ?? last?.sequence ?? 0) + 1;
  const appended = await custodyRepository.append(tx, owner, sequence, entry);
  const facts = [...adopted, appended];
  const links = linkCustody(last, facts, { privateKey: signer.privateKey, at: entry.at });
  const withMark = links.map((link, index) => ({ ...link, isAdopted: facts[index]?.isAdopted ?? false }));
  await custodyRepository.link(tx, owner, withMark);
  const chain = links.at(-1)?.chain.toString('hex') ?? '';
  // Whoever keeps the log elsewhere has a witness of the chain there.
  tx.afterCommit(() =>
    signer.log.info({ objectId: owner.id, sequence, action: entry.action, chain }, 'custody entry signed'),
  );
  return { sequence, chain };
}
