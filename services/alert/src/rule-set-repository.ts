import { json, type Queryable, sql } from '@soc/db-cluster';
import type { StoredRule } from './domain/detection/read-rule.ts';

/** What an engine is made of. */
export interface CompiledRule {
  readonly id: string;
  readonly kind: string;
  readonly compiled: string;
  readonly format: number;
}

/** A stored document. */
export interface RuleSource {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The rules of a tenant as a whole: which they are now, and what replicas make their engines of. */
export function createRuleSetRepository() {
  return {
    /** To be called first in whatever changes a tenant's rules: changes come one after another, and replicas hear of them. */
    change: async (tx: Queryable, tenantId: string): Promise<void> => {
      await tx.query(sql`
        insert into alert.rule_sets (tenant_id, version) values (${tenantId}, 1)
        on conflict (tenant_id) do update set version = rule_sets.version + 1`);
    },

    /** As `change`, where the rules are still of this version; else changes nothing and says so. */
    changeFrom: async (tx: Queryable, tenantId: string, version: number): Promise<boolean> => {
      const rows = await tx.query(sql`
        insert into alert.rule_sets (tenant_id, version) values (${tenantId}, 1)
        on conflict (tenant_id) do update set version = rule_sets.version + 1 where rule_sets.version = ${version}
        returning version`);
      return rows.length > 0;
    },

    /** 0 where there never were rules. */
    version: async (read: Queryable, tenantId: string): Promise<number> => {
      const [row] = await read.query<{ version: number }>(sql`
        select version from alert.rule_sets where tenant_id = ${tenantId}`);
      return row?.version ?? 0;
    },

    /** Of every tenant that has or had rules. */
    versions: (read: Queryable): Promise<{ tenantId: string; version: number }[]> =>
      read.query(sql`select tenant_id as "tenantId", version from alert.rule_sets`),

    /** What is stored under these ids; whoever holds the lock of the tenant's rules changes them next. */
    findStored: (tx: Queryable, tenantId: string, ids: readonly string[]): Promise<StoredRule[]> =>
      tx.query<StoredRule>(sql`
        select id, version, content_hash as "contentHash" from alert.rules
        where tenant_id = ${tenantId} and id = any(${ids}::text[])`),

    /** Which rules are enabled, as one hash, with the version of the set; undefined where there never were rules. */
    identity: async (
      read: Queryable,
      tenantId: string,
    ): Promise<{ readonly version: number; readonly hash: string | null } | undefined> => {
      const [row] = await read.query<{ version: number; hash: string | null }>(sql`
        select version, (
          select md5(string_agg(id || ' ' || content_hash || ' ' || compiled_format, ',' order by id)) from alert.rules
          where tenant_id = ${tenantId} and enabled) as hash
        from alert.rule_sets where tenant_id = ${tenantId}`);
      return row;
    },

    /** The enabled rules, a page by id. */
    enabled: (
      read: Queryable,
      tenantId: string,
      page: { readonly afterId: string; readonly limitRows: number },
    ): Promise<CompiledRule[]> =>
      read.query<CompiledRule>(sql`
        select id, kind, compiled, compiled_format as format from alert.rules
        where tenant_id = ${tenantId} and enabled and kind <> 'filter' and id > ${page.afterId} order by id limit ${page.limitRows}`),

    /** How many rules there are, enabled or not, and how long they are: as written and as engines are made of them. */
    size: async (tx: Queryable, tenantId: string): Promise<{ readonly rules: number; readonly bytes: number }> => {
      const [row] = await tx.query<{ rules: number; bytes: number }>(sql`
        select count(*)::int as rules, coalesce(sum(octet_length(r.compiled) + octet_length(v.text)), 0)::float8 as bytes
        from alert.rules as r join alert.rule_versions as v
          on v.tenant_id = r.tenant_id and v.rule_id = r.id and v.version = r.version
        where r.tenant_id = ${tenantId}`);
      return row ?? { rules: 0, bytes: 0 };
    },

    /** The filters by id, with whether they are enabled. */
    filters: async (read: Queryable, tenantId: string): Promise<ReadonlyMap<string, boolean>> => {
      const rows = await read.query<{ id: string; enabled: boolean }>(sql`
        select id, enabled from alert.rules where tenant_id = ${tenantId} and kind = 'filter'`);
      return new Map(rows.map(({ id, enabled }) => [id, enabled]));
    },

    /** Titles of correlations that count matches of a rule. */
    findCounting: (tx: Queryable, tenantId: string, id: string): Promise<{ title: string }[]> =>
      tx.query<{ title: string }>(sql`
        select title from alert.rules where tenant_id = ${tenantId} and kind = 'correlation'
          and counts @> ${json([id])}::jsonb and id <> ${id}
        order by title limit 3`),

    /** One rule, enabled or not. */
    findCompiled: async (read: Queryable, tenantId: string, id: string) => {
      const [row] = await read.query<CompiledRule>(sql`
        select id, kind, compiled, compiled_format as format from alert.rules
        where tenant_id = ${tenantId} and id = ${id}`);
      return row;
    },

    /** The documents of all rules, enabled or not. */
    sources: (read: Queryable, tenantId: string): Promise<RuleSource[]> =>
      read.query<RuleSource>(sql`
        select r.id, r.file, r.line, v.text
        from alert.rules as r join alert.rule_versions as v
          on v.tenant_id = r.tenant_id and v.rule_id = r.id and v.version = r.version
        where r.tenant_id = ${tenantId} order by r.id`),
  };
}

export type RuleSetRepository = ReturnType<typeof createRuleSetRepository>;
