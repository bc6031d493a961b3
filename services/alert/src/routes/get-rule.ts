import { GetRule } from '@soc/contracts/alert/rules';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

const LATEST_VERSIONS = 20;

export const getRuleRoute = ({ db, rules }: Pick<AlertDeps, 'db' | 'rules'>) =>
  route(GetRule, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const rule = await rules.find(read, principal.tenantId, params.id);
    if (!rule) throw notFound('rule.not_found');
    const page = { before: undefined, limitRows: LATEST_VERSIONS };
    const versions = await rules.listVersions(read, principal.tenantId, params.id, page);
    return {
      ...rule,
      versions: versions.map(({ version, title, level, at, by }) => ({ version, title, level, at, by })),
    };
  });
