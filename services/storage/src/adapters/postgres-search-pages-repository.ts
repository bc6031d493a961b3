import { joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import type { FoundDocument, SearchRequest } from '../ports/search-index.ts';
import { inNewestPart, type Place } from './newest-part-repository.ts';
import { conditionsOf } from './search-conditions-repository.ts';

interface HitRow extends Omit<FoundDocument, 'occurredAt' | 'alertId' | 'incidentId'> {
  readonly occurred_at: string;
  readonly alert_id: string | null;
  readonly incident_id: string | null;
}

/** A page of hits, the newest first. */
export const findNewest = (request: SearchRequest, read: Queryable): Promise<readonly FoundDocument[]> =>
  inNewestPart(
    { scope: request, within: olderThan(request), wantedRows: request.limitRows },
    read,
    (place) => findPage(request, read, place),
    (hits) => hits.length,
  );

async function findPage(
  request: SearchRequest,
  read: Queryable,
  { order, within }: Place,
): Promise<readonly FoundDocument[]> {
  const rows = await read.query<HitRow>(sql`
    select kind, id, title, severity, status, source, alert_id, incident_id, occurred_at, texts
    from storage.documents
    where ${joinSql([...conditionsOf(request), ...within], ' and ')}
    order by ${order} desc, id desc
    limit ${request.limitRows}`);
  return rows.map(({ occurred_at, alert_id, incident_id, ...hit }) => ({
    ...hit,
    alertId: alert_id,
    incidentId: incident_id,
    occurredAt: occurred_at,
  }));
}

/** Only what is older than the last hit of the page before. */
const olderThan = ({ after }: SearchRequest): readonly SqlStatement[] =>
  after ? [sql`(occurred_at, id) < (${after.occurredAt}, ${after.id})`] : [];
