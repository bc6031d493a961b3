import { Uuid } from '@soc/contracts';
import { IndicatorType } from '@soc/contracts/intel/indicator';
import { ListIndicators } from '@soc/contracts/intel/indicator-endpoints';
import { DEFAULT_PAGE_LIMIT } from '@soc/contracts/primitives';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { IntelDeps } from '../deps.ts';
import { canonicalValue } from '../domain/canonical.ts';

const Position = z.tuple([Uuid]);

/** Every value a text may stand for, by its type or by any. */
const meanings = (text: string, type: IndicatorType | undefined): readonly string[] =>
  (type === undefined ? IndicatorType.options : [type]).flatMap((each) => canonicalValue(each, text) ?? []);

export const listIndicatorsRoute = ({ db, indicators }: Pick<IntelDeps, 'db' | 'indicators'>) =>
  route(ListIndicators, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor, value, ...filter } = query;
    const [before] = decodeCursor(Position, cursor) ?? [];
    const values = value === undefined ? undefined : meanings(value, filter.type);
    const read = db.readYourWrites(consistencyToken);
    const rows = await indicators.list(read, principal.tenantId, { ...filter, values, before }, limit + 1);
    return pageOf(rows, limit, ({ id }) => [id]);
  });
