import { type Alert, type Severity, severityRank } from '@soc/contracts';
import type { Queryable } from '@soc/db-cluster';
import type { RuleRepository } from './rule-repository.ts';

/** Whether any rule wants to hear of an alert. Asked of every alert there is, so it must cost nothing when none does. */
export interface AlertInterest {
  readonly isWanted: (read: Queryable) => Promise<(alert: Pick<Alert, 'tenantId' | 'severity'>) => boolean>;
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
  readonly rules: Pick<RuleRepository, 'listInterest'>;
  readonly now: () => Date;
}): AlertInterest {
  const { rules, now } = options;
  let remembered: { readonly interest: Interest; readonly untilMs: number } | undefined;

  const current = async (read: Queryable): Promise<Interest> => {
    if (remembered && remembered.untilMs > now().getTime()) return remembered.interest;
    const interest = leastRanks(await rules.listInterest(read, 'alert.created'));
    remembered = { interest, untilMs: now().getTime() + REMEMBERED_MS };
    return interest;
  };

  return {
    isWanted: async (read) => {
      const interest = await current(read);
      return ({ tenantId, severity }) => severityRank(severity) >= (interest.get(tenantId) ?? Number.POSITIVE_INFINITY);
    },
    forget: () => {
      remembered = undefined;
    },
  };
}
