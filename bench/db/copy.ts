import type { Connection, PoolClient, Submittable } from 'pg';

/** What pg 8 calls on a query it has been given; its types know only the submitting. */
interface CopyConnection extends Connection {
  readonly sendCopyFromChunk: (chunk: Buffer) => void;
  readonly endCopyFrom: () => void;
}

/** `copy … from stdin` of rows that are there already: the raw protocol, without a stream in between. */
export function copyIn(client: PoolClient, statement: string, rows: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = {
      submit: (connection: Connection) => connection.query(statement),
      handleCopyInResponse: (connection: CopyConnection) => {
        connection.sendCopyFromChunk(rows);
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve(),
      handleError: (error: Error) => reject(error),
      // pg asks for these two on every query it is given.
      callback: () => undefined,
      handleRowDescription: () => undefined,
    } satisfies Submittable & Record<string, unknown>;
    client.query(query);
  });
}
