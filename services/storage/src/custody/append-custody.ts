import type { KeyObject } from 'node:crypto';
import { linkCustody } from '@soc/audit/custody';
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
  readonly log: Pick<BusLog, 'info'>;
}

/**
 * Appends the next entry of an object, continues its chain and signs it, all in the transaction that does what the entry says. The
 * object's row is locked first, so that numbers have no gaps and no doubles, whoever appends at the same time. Entries from before
 * custody was signed are taken in with it, marked as such.
 */
export async function appendCustody(
  { privateKey, log }: CustodySigner,
  tx: Tx,
  owner: CustodyOwner,
  entry: NewCustodyEntry,
): Promise<CustodyHead> {
  await custodyRepository.lock(tx, owner.id);
  const last = await custodyRepository.findLastLink(tx, owner.id);
  const adopted = await custodyRepository.listUnlinked(tx, owner.id, last?.sequence ?? 0);
  const sequence = (adopted.at(-1)?.sequence ?? last?.sequence ?? 0) + 1;
  const appended = await custodyRepository.append(tx, owner, sequence, entry);
  const facts = [...adopted, appended];
  const links = linkCustody(last, facts, { privateKey, at: entry.at });
  const withMark = links.map((link, index) => ({ ...link, isAdopted: facts[index]?.isAdopted ?? false }));
  await custodyRepository.link(tx, owner, withMark);
  const chain = links.at(-1)?.chain.toString('hex') ?? '';
  // Whoever keeps the log elsewhere has a witness of the chain there.
  tx.afterCommit(() => log.info({ objectId: owner.id, sequence, action: entry.action, chain }, 'custody entry signed'));
  return { sequence, chain };
}
