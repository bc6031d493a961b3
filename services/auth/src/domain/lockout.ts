/** Failed logins that are counted together, since there was a pause. */
export interface LoginFailures {
  readonly failures: number;
  readonly lastFailedAt: string;
}

export interface LockoutPolicy {
  /** Failures that cost nothing but the attempt. */
  readonly freeFailures: number;
  /** Seconds after the first that does; each further one doubles them. */
  readonly baseS: number;
  readonly maxS: number;
  /** Seconds without a failure after which all are forgotten. */
  readonly forgetS: number;
}

/** Seconds that must pass after so many failures. */
export function lockoutDelayS(failures: number, { freeFailures, baseS, maxS }: LockoutPolicy): number {
  if (failures < freeFailures) return 0;
  return Math.min(maxS, baseS * 2 ** (failures - freeFailures));
}

/** Seconds until the next attempt is looked at; 0 when it is at once. */
export function lockedForS(found: LoginFailures | undefined, policy: LockoutPolicy, at: Date): number {
  if (!found) return 0;
  const delayS = lockoutDelayS(found.failures, policy);
  const endsAtMs = Date.parse(found.lastFailedAt) + delayS * 1000;
  // A replica whose clock is ahead makes nobody wait for longer.
  return Math.min(delayS, Math.max(0, Math.ceil((endsAtMs - at.getTime()) / 1000)));
}
