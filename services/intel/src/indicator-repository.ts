import type { Indicator, IndicatorType, Tlp } from '@soc/contracts/intel/indicator';
import { joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';

interface IndicatorRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly type: IndicatorType;
  readonly value: string;
  readonly confidence: number;
  readonly threat: string | null;
  readonly description: string | null;
  readonly labels: string[];
  readonly tlp: Tlp;
  readonly source: string;
  readonly external_id: string | null;
  readonly valid_from: string;
  readonly valid_until: string | null;
  readonly revoked: boolean;
  readonly created_at: string;
  readonly modified_at: string;
}

export interface IndicatorFilter {
  readonly type?: IndicatorType | undefined;
  /** Canonical values, any of which it may be. */
  readonly values?: readonly string[] | undefined;
  readonly source?: string | undefined;
  readonly label?: string | undefined;
  readonly threat?: string | undefined;
  readonly revoked?: boolean | undefined;
  /** Only ids below this one: those created earlier. */
  readonly before?: string | undefined;
}

const columns = sql`id, tenant_id, type, value, confidence, threat, description, labels, tlp, source, external_id,
  valid_from, valid_until, revoked, created_at, modified_at`;

const toIndicator = (row: IndicatorRow): Indicator => ({
  id: row.id,
  tenantId: row.tenant_id,
  type: row.type,
  value: row.value,
  confidence: row.confidence,
  threat: row.threat,
  description: row.description,
  labels: row.labels,
  tlp: row.tlp,
  source: row.source,
  externalId: row.external_id,
  validFrom: row.valid_from,
  validUntil: row.valid_until,
  revoked: row.revoked,
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
});

function conditions(tenantId: string, filter: IndicatorFilter): SqlStatement {
  const { type, values, source, label, threat, revoked, before } = filter;
  return joinSql(
    [
      sql`tenant_id = ${tenantId}`,
      ...(type === undefined ? [] : [sql`type = ${type}`]),
      ...(values === undefined ? [] : [sql`value = any(${values}::text[])`]),
      ...(source === undefined ? [] : [sql`source = ${source}`]),
      ...(label === undefined ? [] : [sql`${label} = any(labels)`]),
      ...(threat === undefined ? [] : [sql`threat = ${threat}`]),
      ...(revoked === undefined ? [] : [sql`revoked = ${revoked}`]),
      ...(before === undefined ? [] : [sql`id < ${before}`]),
    ],
    ' and ',
  );
}

/** Indicators one at a time, and their list. */
export const indicatorRepository = {
  /** False when this tenant has the value of this type from this source already. */
  insert: async (write: Queryable, indicator: Indicator): Promise<boolean> => {
    const rows = await write.query(sql`
      insert into intel.indicators (${columns})
      values (${indicator.id}, ${indicator.tenantId}, ${indicator.type}, ${indicator.value}, ${indicator.confidence},
        ${indicator.threat}, ${indicator.description}, ${indicator.labels}, ${indicator.tlp}, ${indicator.source},
        ${indicator.externalId}, ${indicator.validFrom}, ${indicator.validUntil}, ${indicator.revoked},
        ${indicator.createdAt}, ${indicator.modifiedAt})
      on conflict (tenant_id, type, value, source) do nothing
      returning id`);
    return rows.length === 1;
  },

  find: async (read: Queryable, tenantId: string, id: string): Promise<Indicator | undefined> => {
    const [row] = await read.query<IndicatorRow>(
      sql`select ${columns} from intel.indicators where tenant_id = ${tenantId} and id = ${id}`,
    );
    return row && toIndicator(row);
  },

  findForUpdate: async (tx: Queryable, tenantId: string, id: string): Promise<Indicator | undefined> => {
    const [row] = await tx.query<IndicatorRow>(
      sql`select ${columns} from intel.indicators where tenant_id = ${tenantId} and id = ${id} for update`,
    );
    return row && toIndicator(row);
  },

  /** Newest first. */
  list: async (read: Queryable, tenantId: string, filter: IndicatorFilter, limitRows: number): Promise<Indicator[]> => {
    const rows = await read.query<IndicatorRow>(sql`
      select ${columns} from intel.indicators where ${conditions(tenantId, filter)} order by id desc limit ${limitRows}`);
    return rows.map(toIndicator);
  },

  save: async (tx: Queryable, indicator: Indicator): Promise<void> => {
    await tx.query(sql`
      update intel.indicators set confidence = ${indicator.confidence}, threat = ${indicator.threat},
        description = ${indicator.description}, labels = ${indicator.labels}, tlp = ${indicator.tlp},
        valid_until = ${indicator.validUntil}, revoked = ${indicator.revoked}, modified_at = ${indicator.modifiedAt}
      where tenant_id = ${indicator.tenantId} and id = ${indicator.id}`);
  },

  /** False when there is none. */
  delete: async (write: Queryable, tenantId: string, id: string): Promise<boolean> => {
    const rows = await write.query(
      sql`delete from intel.indicators where tenant_id = ${tenantId} and id = ${id} returning id`,
    );
    return rows.length === 1;
  },
};
