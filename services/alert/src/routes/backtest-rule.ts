import { BacktestRule } from '@soc/contracts/alert/rule-trials';
import { notFound, route, unprocessable } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const backtestRuleRoute = ({ db, ruleTrials }: Pick<AlertDeps, 'db' | 'ruleTrials'>) =>
  route(BacktestRule, async ({ params, body, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const tested = await ruleTrials.backtest(read, { tenantId: principal.tenantId, id: params.id, ...body });
    if (!tested) throw notFound('rule.not_found');
    if (!tested.ok) throw unprocessable('rule.not_testable', tested.refusal);
    return tested.backtest;
  });
