import { type Alert, type Severity, severityRank } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import type { RuleRepository } from './rule-repository.ts';

/** Whether any rule wants to hear of an alert. Asked of every alert there is, so it must cost nothing when none does. */
export interface AlertInterest {
  readonly isWanted: () => Promise<(alert: Pick<Alert, 'tenantId' | 'severity'>) => boolean>;
  /** A rule was changed here. Other processes notice within a second. */
  readonly forget: () => void;
}

const REMEMBERED_MS = 1_000;

type Interest = ReadonlyMap<string, number>;

const leastRanks = (wishes: readonly { readonly tenantId: string; readonly minSeverity: Severity }[]): Interest => {
  const ranks = new Map<string, number>();
  for (const { tenantId, minSeverity } of wishes) {
    ranks.set(tenantId, Math.min(severityRank(minSeverity), ranks.get(tenantId) ?? Number.POSITIVE_INFINITY));
  }
  return ranks;
};

export function createAlertInterest(options: {
  readonly db: Pick<DbCluster, 'write'>;
  readonly rules: Pick<RuleRepository, 'listInterest'>;
  readonly now: () => Date;
}): AlertInterest {
  const { db, rules, now } = options;
  let remembered: { readonly interest: Interest; readonly untilMs: number } | undefined;

  const current = async (): Promise<Interest> => {
    if (remembered && remembered.untilMs > now().getTime()) return remembered.interest;
    const interest = leastRanks(await rules.listInterest(db.write, 'alert.created'));
    remembered = { interest, untilMs: now().getTime() + REMEMBERED_MS };
    return interest;
  };

  return {
    isWanted: async () => {
      const interest = await current();
      return ({ tenantId, severity }) => severityRank(severity) >= (interest.get(tenantId) ?? Number.POSITIVE_INFINITY);
    },
    forget: () => {
      remembered = undefined;
    },
  };
}
