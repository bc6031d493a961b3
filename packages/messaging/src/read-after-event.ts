import type { EventEnvelope } from '@soc/contracts';
import { type DbCluster, InvalidConsistencyTokenError, type Queryable } from '@soc/db-cluster';

/**
 * Reads that show what the publisher of an event had committed when it published, on a replica that has it. Where that
 * cannot be told the primary answers: an event may have no token, or one that was signed with a key that is gone, or that
 * belongs to a history that a restored backup has ended. None of this is a fault of the event.
 */
export const createReadAfterEvent =
  (db: Pick<DbCluster, 'readYourWrites' | 'write'>) =>
  ({ consistencytoken }: Pick<EventEnvelope, 'consistencytoken'>): Queryable => ({
    query: async <Row extends object>(...asked: Parameters<Queryable['query']>): Promise<Row[]> => {
      const [statement, options] = asked;
      if (consistencytoken !== undefined) {
        try {
          return await db.readYourWrites(consistencytoken).query<Row>(statement, options);
        } catch (error) {
          if (!(error instanceof InvalidConsistencyTokenError)) throw error;
        }
      }
      return db.write.query<Row>(statement, { ...options, untracked: true });
    },
  });
