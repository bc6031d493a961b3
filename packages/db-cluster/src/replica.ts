import { type Lsn, parseLsn } from './lsn.ts';
import { createPool, type Pool } from './pool.ts';

/** What is known of one replica. A replica that did not answer its last probe is not usable. */
export interface ReplicaState {
  readonly url: string;
  readonly pool: Pool;
  usable: boolean;
  replayedLsn: Lsn;
  lagBytes: number;
  inFlight: number;
}

export function createReplica(options: Parameters<typeof createPool>[0]): ReplicaState {
  const pool = createPool(options);
  return { url: options.url, pool, usable: false, replayedLsn: 0n, lagBytes: Number.POSITIVE_INFINITY, inFlight: 0 };
}

const PROBE = 'select pg_is_in_recovery() as standby, pg_last_wal_replay_lsn()::text as lsn';

/** Asks a replica how far it has replayed. It becomes unusable when it does not answer, or is no standby. */
export async function probeReplica(replica: ReplicaState, primaryLsn: Lsn): Promise<void> {
  try {
    const { rows } = await replica.pool.query<{ standby: boolean; lsn: string | null }>(PROBE);
    const lsn = parseLsn(rows[0]?.lsn ?? '');
    replica.usable = rows[0]?.standby === true && lsn !== undefined;
    replica.replayedLsn = lsn ?? 0n;
    replica.lagBytes = Math.max(0, Number(primaryLsn - replica.replayedLsn));
  } catch {
    // Any failure of the probe means the same: reads go elsewhere until it answers again.
    replica.usable = false;
  }
}

/** The least busy usable replica within the lag bound that has replayed `atLeast`; undefined means: ask the primary. */
export function chooseReplica(
  replicas: readonly ReplicaState[],
  bounds: { readonly maxLagBytes: number; readonly atLeast?: Lsn | undefined },
): ReplicaState | undefined {
  const { maxLagBytes, atLeast = 0n } = bounds;
  let best: ReplicaState | undefined;
  for (const replica of replicas) {
    if (!replica.usable || replica.lagBytes > maxLagBytes || replica.replayedLsn < atLeast) continue;
    if (!best || replica.inFlight < best.inFlight) best = replica;
  }
  return best;
}
