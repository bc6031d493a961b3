import { performance } from 'node:perf_hooks';
import { withConnection } from '../../postgres/connection.ts';
import { waitFor } from '../wait-for.ts';

const POLL_MS = 20;

/**
 * Resolves with the moment, in ms of `performance.now()`, at which a server first takes writes, asked every 20 ms on bare
 * connections of its own. A server in recovery refuses to give out a transaction id; a promoted one does.
 */
export function untilWritable(url: string, deadlineMs = 60_000): Promise<number> {
  const ask = () =>
    withConnection(url, (client) =>
      waitFor(
        async () => {
          await client.query('select pg_current_xact_id()');
          return performance.now();
        },
        { deadlineMs, everyMs: POLL_MS },
      ),
    );
  return waitFor(ask, { deadlineMs, everyMs: POLL_MS });
}
