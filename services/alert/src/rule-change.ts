import type { DbCluster, Queryable, Tx } from '@soc/db-cluster';
import type { RuleSetRepository } from './rule-set-repository.ts';

/** How often what was read may turn out to be of yesterday, before others have to wait for the reading. */
const ATTEMPTS = 4;

export type RuleChange = <Read, Result>(
  tenantId: string,
  read: (from: Queryable) => Promise<Read>,
  write: (tx: Tx, read: Read) => Promise<Result>,
) => Promise<Result>;

/**
 * Changes rules of a tenant by what its stored rules say. They are read before their lock is taken, since that takes seconds;
 * `write` runs under the lock, and only where nothing has changed since. Else both are done again, at last with the lock held.
 */
export function createRuleChange({
  db,
  ruleSets,
}: {
  readonly db: Pick<DbCluster, 'write' | 'tx'>;
  readonly ruleSets: RuleSetRepository;
}): RuleChange {
  return async (tenantId, read, write) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const version = await ruleSets.version(db.write, tenantId);
      const found = await read(db.write);
      const written = await db.tx(async (tx) => {
        if (!(await ruleSets.changeFrom(tx, tenantId, version))) return undefined;
        return { result: await write(tx, found) };
      });
      if (written) return written.result;
    }
    return db.tx(async (tx) => {
      await ruleSets.change(tx, tenantId);
      return write(tx, await read(tx));
    });
  };
}
