import type { Tx } from '@soc/db-cluster';
import { uuidv7 } from '@soc/service-kit';
import type { DeliveryRepository } from './delivery-repository.ts';
import type { Fact } from './domain/fact.ts';
import { matchRules } from './domain/match-rules.ts';
import { decideTurns, turnsOf } from './domain/throttle.ts';
import type { RuleRepository } from './rule-repository.ts';
import type { ThrottleRepository } from './throttle-repository.ts';

/** Turns facts into deliveries, in the transaction that remembers their events. */
export interface Notifier {
  readonly notify: (tx: Tx, facts: readonly Fact[]) => Promise<void>;
}

export function createNotifier(options: {
  readonly rules: Pick<RuleRepository, 'listActive'>;
  readonly throttles: Pick<ThrottleRepository, 'take'>;
  readonly deliveries: Pick<DeliveryRepository, 'insert'>;
  readonly now: () => Date;
  /** Called after the commit: there is something to send. */
  readonly wake: () => void;
}): Notifier {
  const { rules, throttles, deliveries, now, wake } = options;
  return {
    notify: async (tx, facts) => {
      if (facts.length === 0) return;
      const active = await rules.listActive(tx, {
        tenantIds: [...new Set(facts.map(({ tenantId }) => tenantId))],
        events: [...new Set(facts.map(({ message }) => message.type))],
      });
      const candidates = matchRules(facts, active);
      if (candidates.length === 0) return;
      const at = now();
      const granted = await throttles.take(tx, turnsOf(candidates, at), at);
      const decided = decideTurns(candidates, granted).map(({ fact, rule, channel, isSuppressed }) => ({
        id: uuidv7(at.getTime()),
        tenantId: fact.tenantId,
        ruleId: rule.id,
        channelId: channel.id,
        channelKind: channel.kind,
        eventId: fact.eventId,
        correlationId: fact.correlationId,
        message: fact.message,
        isSuppressed,
      }));
      await deliveries.insert(tx, decided, at);
      if (decided.some(({ isSuppressed }) => !isSuppressed)) tx.afterCommit(wake);
    },
  };
}
