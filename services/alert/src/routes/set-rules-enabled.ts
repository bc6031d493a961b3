import { DisableRules, EnableRules, type RulesChanged } from '@soc/contracts/alert/rules';
import { route, type RouteContext } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

type Deps = Pick<AlertDeps, 'db' | 'rules' | 'ruleSets' | 'now'>;
type Context = Pick<RouteContext<typeof EnableRules>, 'body' | 'principal'>;

export const enableRulesRoute = (deps: Deps) => route(EnableRules, (context) => setEnabled(deps, context, true));

export const disableRulesRoute = (deps: Deps) => route(DisableRules, (context) => setEnabled(deps, context, false));

const setEnabled = ({ db, rules, ruleSets, now }: Deps, context: Context, enabled: boolean): Promise<RulesChanged> => {
  const { body, principal } = context;
  const { tenantId, name } = principal;
  return db.tx(async (tx) => {
    await ruleSets.change(tx, tenantId);
    return rules.setEnabled(tx, tenantId, body, { enabled, at: now().toISOString(), by: name });
  });
};
