import { GetNotificationRule } from '@soc/contracts/notification/rules';
import { notFound, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';

export const getNotificationRuleRoute = ({ db, rules }: Pick<NotificationDeps, 'db' | 'rules'>) =>
  route(GetNotificationRule, async ({ params, principal, consistencyToken }) => {
    const rule = await rules.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!rule) throw notFound('notification.rule_not_found');
    return rule;
  });
