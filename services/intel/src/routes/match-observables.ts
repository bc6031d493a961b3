import { MatchObservables } from '@soc/contracts/intel/lookup';
import { route } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';
import { NOTHING_FOUND } from '../domain/findings.ts';

export const matchObservablesRoute = ({ db, lookUp, now }: Pick<IntelDeps, 'db' | 'lookUp' | 'now'>) =>
  route(MatchObservables, async ({ body, principal, consistencyToken }) => {
    const request = { tenantId: principal.tenantId, observables: body.observables };
    const [findings = NOTHING_FOUND] = await lookUp(db.readYourWrites(consistencyToken), [request], now());
    return findings;
  });
