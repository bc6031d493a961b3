import { DeleteRule } from '@soc/contracts/alert/rules';
import { conflict, notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const deleteRuleRoute = ({ ruleRemoval }: Pick<AlertDeps, 'ruleRemoval'>) =>
  route(DeleteRule, async ({ params, principal: { tenantId, name } }) => {
    const outcome = await ruleRemoval({ tenantId, id: params.id, by: name });
    if (outcome.ok) return undefined;
    if (outcome.refusal === 'not_found') throw notFound('rule.not_found');
    throw conflict('rule.in_use', `counted by ${outcome.by.join(', ')}`);
  });
