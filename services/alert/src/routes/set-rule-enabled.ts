import { DisableRule, EnableRule, type RuleSummary } from '@soc/contracts/alert/rules';
import { notFound, route, type RouteContext } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

type Deps = Pick<AlertDeps, 'db' | 'rules' | 'ruleSets' | 'now'>;
type Context = Pick<RouteContext<typeof EnableRule>, 'params' | 'principal'>;

export const enableRuleRoute = (deps: Deps) => route(EnableRule, (context) => setEnabled(deps, context, true));

export const disableRuleRoute = (deps: Deps) => route(DisableRule, (context) => setEnabled(deps, context, false));

const setEnabled = ({ db, rules, ruleSets, now }: Deps, context: Context, enabled: boolean): Promise<RuleSummary> => {
  const { params, principal } = context;
  const { tenantId, name } = principal;
  return db.tx(async (tx) => {
    await ruleSets.change(tx, tenantId);
    await rules.setEnabled(tx, tenantId, { id: params.id }, { enabled, at: now().toISOString(), by: name });
    const rule = await rules.findSummary(tx, tenantId, params.id);
    if (!rule) throw notFound('rule.not_found');
    return rule;
  });
};
