import type { Alert } from '@soc/contracts';
import type { RawPayload } from '@soc/contracts/alert/queries';
import { type Queryable, sql } from '@soc/db-cluster';
import { pairsOf } from './domain/correlation/rarity.ts';
import { entitiesOf } from './domain/entity.ts';

/** A mapping by its name (a source, or one of the tenant's own) and version. */
export interface MappingUsed {
  readonly mapping: string;
  readonly version: number;
}

interface KeptPayload {
  readonly payload: string;
  readonly encoding?: 'base64';
  readonly readBy?: MappingUsed | undefined;
}

/** More of a description than this is not searched. */
const SEARCHED_DESCRIPTION_CHARACTERS = 2_000;

const searchedText = ({ title, description, ruleId, ruleName, externalId, observables }: Alert): string =>
  [
    title,
    ruleId,
    ruleName,
    externalId,
    description?.slice(0, SEARCHED_DESCRIPTION_CHARACTERS).toWellFormed(),
    ...observables.map(({ value }) => value),
  ]
    .filter((text) => text !== null && text !== undefined)
    .join('\n');

/** What is kept beside a new alert: the raw payload, and what it is found by. */
export function createArrivalRepository() {
  return {
    /** The entities that later alerts may share. */
    indexEntities: async (tx: Queryable, alerts: readonly Alert[]): Promise<void> => {
      const rows = alerts.flatMap((alert) => entitiesOf(alert).map(({ key }) => ({ key, alert })));
      if (rows.length === 0) return;
      await tx.query(sql`
        insert into alert.alert_entities (tenant_id, entity, occurred_at, alert_id)
        select * from unnest(
          ${rows.map(({ alert }) => alert.tenantId)}::text[], ${rows.map(({ key }) => key)}::uuid[],
          ${rows.map(({ alert }) => alert.occurredAt)}::timestamptz[], ${rows.map(({ alert }) => alert.id)}::uuid[])`);
    },

    /** With which assets they were seen. Rows are told in one order: replicas that tell the same ones would deadlock otherwise. */
    indexAssets: async (tx: Queryable, alerts: readonly Alert[]): Promise<void> => {
      const pairs = new Map<string, { readonly alert: Alert; readonly entity: string; readonly asset: string }>();
      for (const alert of alerts) {
        for (const { entity, asset } of pairsOf(alert)) {
          const name = `${entity} ${alert.receivedAt.slice(0, 10)} ${asset}`;
          if (!pairs.has(name)) pairs.set(name, { alert, entity, asset });
        }
      }
      if (pairs.size === 0) return;
      const rows = [...pairs].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
      await tx.query(sql`
        insert into alert.entity_assets (tenant_id, entity, day, asset)
        select * from unnest(
          ${rows.map(({ alert }) => alert.tenantId)}::text[], ${rows.map(({ entity }) => entity)}::uuid[],
          ${rows.map(({ alert }) => alert.receivedAt.slice(0, 10))}::date[], ${rows.map(({ asset }) => asset)}::uuid[])
        on conflict do nothing`);
    },

    /** Forgets with what entities were seen before a day. */
    pruneAssets: async (write: Queryable, before: Date): Promise<void> => {
      await write.query(sql`delete from alert.entity_assets where day < ${before.toISOString().slice(0, 10)}::date`);
    },

    /** The words `q=` finds them by: lower-cased, in no particular language. */
    indexWords: async (tx: Queryable, alerts: readonly Alert[]): Promise<void> => {
      await tx.query(sql`
        insert into alert.alert_search (alert_id, tenant_id, words)
        select id, tenant_id, to_tsvector('simple', searched)
        from unnest(
          ${alerts.map(({ id }) => id)}::uuid[], ${alerts.map(({ tenantId }) => tenantId)}::text[],
          ${alerts.map(searchedText)}::text[]) as alert (id, tenant_id, searched)`);
    },

    /** Remembers which alerts name a technique. */
    indexTechniques: async (tx: Queryable, alerts: readonly Alert[]): Promise<void> => {
      const rows = alerts.flatMap(({ id, tenantId, techniques }) =>
        techniques.map((technique) => ({ id, tenantId, technique })),
      );
      if (rows.length === 0) return;
      await tx.query(sql`
        insert into alert.alert_techniques (tenant_id, technique, alert_id)
        select * from unnest(
          ${rows.map(({ tenantId }) => tenantId)}::text[], ${rows.map(({ technique }) => technique)}::text[],
          ${rows.map(({ id }) => id)}::uuid[])
        on conflict do nothing`);
    },

    keepPayloads: async (tx: Queryable, alerts: readonly Alert[], kept: readonly KeptPayload[]): Promise<void> => {
      await tx.query(sql`
        insert into alert.raw_payloads (alert_id, tenant_id, received_at, payload, encoding, mapping, mapping_version)
        select * from unnest(
          ${alerts.map(({ id }) => id)}::uuid[], ${alerts.map(({ tenantId }) => tenantId)}::text[],
          ${alerts.map(({ receivedAt }) => receivedAt)}::timestamptz[], ${kept.map(({ payload }) => payload)}::text[],
          ${kept.map(({ encoding }) => encoding ?? 'text')}::text[],
          ${kept.map(({ readBy }) => readBy?.mapping ?? null)}::text[],
          ${kept.map(({ readBy }) => readBy?.version ?? null)}::integer[])`);
    },

    findPayload: async (read: Queryable, tenantId: string, alertId: string): Promise<RawPayload | undefined> => {
      const [row] = await read.query<RawPayload>(sql`
        select alert_id as "alertId", received_at as "receivedAt", payload, encoding, mapping,
          mapping_version as "mappingVersion"
        from alert.raw_payloads where alert_id = ${alertId} and tenant_id = ${tenantId}`);
      return row;
    },
  };
}

export type ArrivalRepository = ReturnType<typeof createArrivalRepository>;
