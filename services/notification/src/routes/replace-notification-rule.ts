import { ReplaceNotificationRule } from '@soc/contracts/notification/rules';
import { notFound, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { checkRuleChannels } from './check-rule-channels.ts';
import { refuseTakenName } from './refuse-taken-name.ts';

export const replaceNotificationRuleRoute = ({
  db,
  now,
  rules,
  channels,
  alertInterest,
}: Pick<NotificationDeps, 'db' | 'now' | 'rules' | 'channels' | 'alertInterest'>) =>
  route(ReplaceNotificationRule, ({ params, body, principal, log }) =>
    refuseTakenName(() =>
      db.tx(async (tx) => {
        const current = await rules.findForUpdate(tx, principal.tenantId, params.id);
        if (!current) throw notFound('notification.rule_not_found');
        const rule = { ...current, ...body, updatedAt: now().toISOString() };
        await checkRuleChannels(tx, channels, rule);
        await rules.update(tx, rule);
        tx.afterCommit(alertInterest.forget);
        log.info({ ruleId: rule.id }, 'notification rule replaced');
        return rule;
      }),
    ),
  );
