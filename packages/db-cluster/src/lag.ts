import type { Lsn } from './lsn.ts';

/** Positions of the primary over time, to tell how long ago it was where a replica is now. By the monotonic clock alone. */
export interface LagClock {
  readonly sample: (lsn: Lsn, nowMs: number) => void;
  /** How far behind the last known position of the primary `lsn` is; zeros when it is not, or nothing is known. */
  readonly behind: (lsn: Lsn, nowMs: number) => { readonly bytes: number; readonly seconds: number };
}

const SAMPLES = 128;

export function createLagClock(): LagClock {
  const samples: { readonly lsn: Lsn; readonly atMs: number }[] = [];
  return {
    sample: (lsn, atMs) => {
      const last = samples.at(-1);
      // After a failover to a replica that lacked the end of the log, positions begin again from there.
      if (last && lsn < last.lsn) samples.length = 0;
      if (last?.lsn === lsn) return;
      samples.push({ lsn, atMs });
      if (samples.length > SAMPLES) samples.shift();
    },
    behind: (lsn, nowMs) => {
      const last = samples.at(-1);
      if (!last || lsn >= last.lsn) return { bytes: 0, seconds: 0 };
      // The first time the primary was seen beyond the replica; when even the oldest sample is, it is at least that long.
      const beyond = samples.find((sample) => sample.lsn > lsn);
      return { bytes: Number(last.lsn - lsn), seconds: (nowMs - (beyond ?? last).atMs) / 1000 };
    },
  };
}
