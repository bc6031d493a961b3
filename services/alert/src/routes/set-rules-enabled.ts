import { DisableRules, EnableRules, type RulesChanged } from '@soc/contracts/alert/rules';
import { route, type RouteContext } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

type Deps = Pick<AlertDeps, 'ruleSwitch'>;
type Context = Pick<RouteContext<typeof EnableRules>, 'body' | 'principal'>;

export const enableRulesRoute = (deps: Deps) => route(EnableRules, (context) => setEnabled(deps, context, true));

export const disableRulesRoute = (deps: Deps) => route(DisableRules, (context) => setEnabled(deps, context, false));

const setEnabled = ({ ruleSwitch }: Deps, { body, principal }: Context, enabled: boolean): Promise<RulesChanged> =>
  ruleSwitch({ tenantId: principal.tenantId, which: body, enabled, by: principal.name });
