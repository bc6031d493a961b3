import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { ListRules } from '@soc/contracts/alert/rules';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { RulePosition } from './rule-position.ts';

export const listRulesRoute = ({ db, rules }: Pick<AlertDeps, 'db' | 'rules'>) =>
  route(ListRules, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor, ...filter } = query;
    const after = decodeCursor(RulePosition, cursor);
    const read = db.readYourWrites(consistencyToken);
    const rows = await rules.list(read, principal.tenantId, filter, { after, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ title, id }) => [title, id]);
  });
