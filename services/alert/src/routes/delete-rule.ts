import { DeleteRule } from '@soc/contracts/alert/rules';
import { conflict, notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const deleteRuleRoute = ({ db, rules, ruleSets }: Pick<AlertDeps, 'db' | 'rules' | 'ruleSets'>) =>
  route(DeleteRule, ({ params, principal: { tenantId } }) =>
    db.tx(async (tx) => {
      await ruleSets.change(tx, tenantId);
      const counting = await rules.findCounting(tx, tenantId, params.id);
      if (counting.length > 0) {
        throw conflict('rule.in_use', `counted by ${counting.map(({ title }) => title).join(', ')}`);
      }
      if (!(await rules.delete(tx, tenantId, params.id))) throw notFound('rule.not_found');
      return undefined;
    }),
  );
