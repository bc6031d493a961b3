/** Failed logins of one account, from one address or from all, since the window began. */
export interface LoginFailures {
  readonly failures: number;
  readonly windowStartedAt: string;
}

export interface LockoutPolicy {
  readonly maxFailures: number;
  readonly windowS: number;
}

/** Seconds an account stays locked; 0 when it is not. */
export function lockedForS(found: LoginFailures | undefined, policy: LockoutPolicy, at: Date): number {
  if (!found || found.failures < policy.maxFailures) return 0;
  const endsAtMs = Date.parse(found.windowStartedAt) + policy.windowS * 1000;
  return Math.max(0, Math.ceil((endsAtMs - at.getTime()) / 1000));
}
