/** When an instance is spared for what it answers, and how it comes back. */
export interface EjectionSettings {
  /** So many faults in a row eject. */
  readonly consecutiveFaults: number;
  /** So does a share of faults above this, once there were `volume` requests within the window. */
  readonly errorPercent: number;
  readonly volume: number;
  /** For how long the first time; twice as long the next, and so on. */
  readonly ejectMs: number;
  /** At most this share of the instances of a service is ejected at a time. */
  readonly maxPercent: number;
  /** From a tenth to all of its part of the requests. */
  readonly slowReturnMs: number;
}

/** What became of the latest requests of an instance. */
export interface FaultRecord {
  readonly consecutiveFaults: number;
  /** Within the window. */
  readonly requests: number;
  readonly faults: number;
}

export type OutlierReason = 'consecutive_faults' | 'error_share';

/** Why an instance deserves to be ejected; undefined when it does not. */
export function outlierReason(record: FaultRecord, settings: EjectionSettings): OutlierReason | undefined {
  if (record.consecutiveFaults >= settings.consecutiveFaults) return 'consecutive_faults';
  const isShareTooBig = record.faults * 100 > record.requests * settings.errorPercent;
  return record.requests >= settings.volume && isShareTooBig ? 'error_share' : undefined;
}

/**
 * Whether one more may be ejected: another must be left to serve, and no more than the share may be out, though one always
 * may.
 */
export function mayEject(
  { instances, ejected, otherServing }: Readonly<{ instances: number; ejected: number; otherServing: number }>,
  { maxPercent }: Pick<EjectionSettings, 'maxPercent'>,
): boolean {
  return otherServing >= 1 && ejected + 1 <= Math.max(1, Math.floor((instances * maxPercent) / 100));
}

const LONGEST_MS = 60_000;

/** How long the `times`th ejection in a row lasts; `times` from 1. */
export const ejectionMs = (times: number, { ejectMs }: Pick<EjectionSettings, 'ejectMs'>): number =>
  Math.max(ejectMs, Math.min(LONGEST_MS, ejectMs * 2 ** Math.min(times - 1, 16)));

const LEAST_SHARE = 0.1;

/** The part of its requests that an instance gets so long after it came back. */
export const shareAfter = (sinceMs: number, { slowReturnMs }: Pick<EjectionSettings, 'slowReturnMs'>): number =>
  sinceMs >= slowReturnMs ? 1 : Math.max(LEAST_SHARE, sinceMs / slowReturnMs);
