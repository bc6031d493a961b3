import { DeleteNotificationRule } from '@soc/contracts/notification/rules';
import { notFound, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';

export const deleteNotificationRuleRoute = ({
  db,
  rules,
  alertInterest,
}: Pick<NotificationDeps, 'db' | 'rules' | 'alertInterest'>) =>
  route(DeleteNotificationRule, async ({ params, principal, log }) => {
    const isDeleted = await rules.delete(db.write, principal.tenantId, params.id);
    if (!isDeleted) throw notFound('notification.rule_not_found');
    alertInterest.forget();
    log.info({ ruleId: params.id }, 'notification rule deleted');
    return undefined;
  });
