import { ListNotificationRules } from '@soc/contracts/notification/rules';
import { pageOf, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { newestFirst, positionOf } from './newest-first.ts';

export const listNotificationRulesRoute = ({ db, rules }: Pick<NotificationDeps, 'db' | 'rules'>) =>
  route(ListNotificationRules, async ({ query, principal, consistencyToken }) => {
    const { limit, ...range } = newestFirst(query);
    const rows = await rules.list(db.readYourWrites(consistencyToken), { ...range, tenantId: principal.tenantId });
    return pageOf(rows, limit, positionOf);
  });
