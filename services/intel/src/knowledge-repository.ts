import type { ObservableType } from '@soc/contracts';
import type { IndicatorType } from '@soc/contracts/intel/indicator';
import { type Queryable, sql } from '@soc/db-cluster';
import type { KnownIndicator, KnownWarning } from './domain/findings.ts';

/** Values to look up, as columns: `tenantIds[i]`, `kinds[i]` and `values[i]` belong together. */
export interface KeyColumns {
  readonly tenantIds: readonly string[];
  readonly kinds: readonly string[];
  readonly values: readonly string[];
}

/** Addresses whose networks are looked up, as columns. */
export interface AddressColumns {
  readonly tenantIds: readonly string[];
  readonly addresses: readonly string[];
}

/** Something known, with the key it was found by; `kind` is `network` when an address was contained. */
export interface Found<Known> {
  readonly tenantId: string;
  readonly kind: string;
  readonly key: string;
  readonly known: Known;
}

interface IndicatorRow {
  readonly tenant_id: string;
  readonly kind: string;
  readonly key: string;
  readonly id: string;
  readonly type: IndicatorType;
  readonly value: string;
  readonly confidence: number;
  readonly threat: string | null;
  readonly source: string;
}

interface WarningRow {
  readonly tenant_id: string;
  readonly kind: string;
  readonly key: string;
  readonly name: string;
  readonly value: string;
  readonly observable_types: ObservableType[];
}

const valid = (at: Date) =>
  sql`not i.revoked and i.valid_from <= ${at} and (i.valid_until is null or i.valid_until > ${at})`;

/** What is known of many values at once: one statement each, however many alerts they come from. */
export const knowledgeRepository = {
  findIndicators: async (
    read: Queryable,
    keys: KeyColumns,
    within: AddressColumns,
    at: Date,
  ): Promise<Found<KnownIndicator>[]> => {
    const rows = await read.query<IndicatorRow>(sql`
      select i.tenant_id, k.kind, k.value as key, i.id, i.type, i.value, i.confidence, i.threat, i.source
      from unnest(${keys.tenantIds}::text[], ${keys.kinds}::text[], ${keys.values}::text[]) as k (tenant_id, kind, value)
      join intel.indicators i on i.tenant_id = k.tenant_id and i.type = k.kind and i.value = k.value
      where ${valid(at)}
      union all
      select i.tenant_id, 'network', k.address, i.id, i.type, i.value, i.confidence, i.threat, i.source
      from unnest(${within.tenantIds}::text[], ${within.addresses}::text[]) as k (tenant_id, address)
      join intel.indicators i on i.network >>= k.address::inet and i.tenant_id = k.tenant_id
      where ${valid(at)}`);
    return rows.map(({ tenant_id, kind, key, id, type, value, confidence, threat, source }) => ({
      tenantId: tenant_id,
      kind,
      key,
      known: { indicatorId: id, indicatorType: type, indicatorValue: value, confidence, threat, source },
    }));
  },

  findWarnings: async (read: Queryable, keys: KeyColumns, within: AddressColumns): Promise<Found<KnownWarning>[]> => {
    const rows = await read.query<WarningRow>(sql`
      select k.tenant_id, k.kind, k.value as key, l.name, e.value, l.observable_types
      from unnest(${keys.tenantIds}::text[], ${keys.kinds}::text[], ${keys.values}::text[]) as k (tenant_id, kind, value)
      join intel.warninglist_entries e on e.value = k.value and e.kind = k.kind and e.tenant_id in (k.tenant_id, '*')
      join intel.warninglists l on l.id = e.list_id
      union all
      select k.tenant_id, 'network', k.address, l.name, e.value, l.observable_types
      from unnest(${within.tenantIds}::text[], ${within.addresses}::text[]) as k (tenant_id, address)
      join intel.warninglist_entries e on e.network >>= k.address::inet and e.tenant_id in (k.tenant_id, '*')
      join intel.warninglists l on l.id = e.list_id`);
    return rows.map(({ tenant_id, kind, key, name, value, observable_types }) => ({
      tenantId: tenant_id,
      kind,
      key,
      known: { list: name, entry: value, observableTypes: observable_types },
    }));
  },
};

export type KnowledgeRepository = typeof knowledgeRepository;
