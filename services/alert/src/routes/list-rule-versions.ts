import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { ListRuleVersions } from '@soc/contracts/alert/rules';
import { decodeCursor, notFound, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AlertDeps } from '../deps.ts';

const Position = z.tuple([z.number().int()]);

export const listRuleVersionsRoute = ({ db, rules }: Pick<AlertDeps, 'db' | 'rules'>) =>
  route(ListRuleVersions, async ({ params, query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const [before] = decodeCursor(Position, cursor) ?? [];
    const read = db.readYourWrites(consistencyToken);
    const page = { before, limitRows: limit + 1 };
    const versions = await rules.listVersions(read, principal.tenantId, params.id, page);
    // The first version has none before it, and a rule that is there has one.
    if (versions.length === 0 && before === undefined) throw notFound('rule.not_found');
    return pageOf(versions, limit, ({ version }) => [version]);
  });
