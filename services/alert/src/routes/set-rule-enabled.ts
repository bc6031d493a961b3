import { DisableRule, EnableRule, type RuleSummary } from '@soc/contracts/alert/rules';
import { notFound, route, type RouteContext } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

type Deps = Pick<AlertDeps, 'db' | 'rules' | 'ruleSwitch'>;
type Context = Pick<RouteContext<typeof EnableRule>, 'params' | 'principal'>;

export const enableRuleRoute = (deps: Deps) => route(EnableRule, (context) => setEnabled(deps, context, true));

export const disableRuleRoute = (deps: Deps) => route(DisableRule, (context) => setEnabled(deps, context, false));

const setEnabled = async (
  { db, rules, ruleSwitch }: Deps,
  { params, principal }: Context,
  enabled: boolean,
): Promise<RuleSummary> => {
  const { tenantId, name } = principal;
  await ruleSwitch({ tenantId, which: { id: params.id }, enabled, by: name });
  const rule = await rules.findSummary(db.write, tenantId, params.id);
  if (!rule) throw notFound('rule.not_found');
  return rule;
};
