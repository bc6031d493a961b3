import type { AcceptedAlert } from '@soc/contracts/alert/ingest';
import { isDatabaseUnavailable } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { Ingest, Submission } from './ingest.ts';

/** Alerts in one transaction: enough to share its cost, few enough that others do not wait long for its locks. */
export const CHUNK_ALERTS = 500;

/**
 * Stores alerts chunk by chunk. Where a chunk cannot be stored its alerts are tried one by one, so that a bad one costs
 * itself only; it is undefined in the result. Throws when the database does not answer; what was stored before stays, and
 * sending it again only counts it again.
 */
export async function storeAll(
  ingest: Pick<Ingest, 'many'>,
  submissions: readonly Submission[],
  log: BusLog,
): Promise<readonly (AcceptedAlert | undefined)[]> {
  const accepted: (AcceptedAlert | undefined)[] = [];
  for (let start = 0; start < submissions.length; start += CHUNK_ALERTS) {
    const chunk = submissions.slice(start, start + CHUNK_ALERTS);
    accepted.push(...(await storeChunk(ingest, chunk, log)));
  }
  return accepted;
}

async function storeChunk(
  ingest: Pick<Ingest, 'many'>,
  chunk: readonly Submission[],
  log: BusLog,
): Promise<readonly (AcceptedAlert | undefined)[]> {
  try {
    return await ingest.many(chunk);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    log.warn({ err: error, alerts: chunk.length }, 'chunk not stored, storing its alerts one by one');
  }
  const accepted: (AcceptedAlert | undefined)[] = [];
  for (const submission of chunk) {
    try {
      accepted.push(...(await ingest.many([submission])));
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      log.error({ err: error, source: submission.alert.source }, 'alert cannot be stored');
      accepted.push(undefined);
    }
  }
  return accepted;
}
