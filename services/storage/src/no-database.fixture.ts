import type { DbCluster, Tx } from '@soc/db-cluster';

const tx: Tx = {
  query: () => Promise.reject(new Error('there is no database')),
  afterCommit: () => undefined,
  currentToken: () => Promise.reject(new Error('there is no database')),
};

/** Transactions of which only the order counts, for deps whose repositories are fakes too. */
export const noDatabase = (onCommit: () => void): Pick<DbCluster, 'tx'> => ({
  tx: async (work) => {
    const answer = await work(tx);
    onCommit();
    return answer;
  },
});
