import { CreateNotificationRule } from '@soc/contracts/notification/rules';
import { route, uuidv7 } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { checkRuleChannels } from './check-rule-channels.ts';
import { refuseTakenName } from './refuse-taken-name.ts';

export const createNotificationRuleRoute = ({
  db,
  now,
  rules,
  channels,
  alertInterest,
}: Pick<NotificationDeps, 'db' | 'now' | 'rules' | 'channels' | 'alertInterest'>) =>
  route(CreateNotificationRule, async ({ body, principal, log }) => {
    const at = now().toISOString();
    const rule = {
      ...body,
      id: uuidv7(now().getTime()),
      tenantId: principal.tenantId,
      createdAt: at,
      updatedAt: at,
    };
    await refuseTakenName(() =>
      db.tx(async (tx) => {
        await checkRuleChannels(tx, channels, rule);
        await rules.insert(tx, rule);
        tx.afterCommit(alertInterest.forget);
      }),
    );
    log.info({ ruleId: rule.id }, 'notification rule created');
    return rule;
  });
