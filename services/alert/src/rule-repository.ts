import type { RuleDetails, RuleFilter, RuleSummary, RuleVersion } from '@soc/contracts/alert/rules';
import { joinSql, json, type Queryable, rowsFrom, sql, type SqlStatement } from '@soc/db-cluster';
import type { PlannedRule } from './domain/detection/plan-import.ts';

const summaryColumns = sql`
  r.id, r.kind, r.title, r.level, r.status, r.enabled, r.product, r.category, r.service, r.author, r.license, r.tags,
  r.file, r.line, r.version, r.imported_at as "importedAt", r.updated_at as "updatedAt", r.updated_by as "updatedBy"`;

/** Rows of one statement: some megabytes of texts. */
const ROWS = 500;

/** Where the page before ended. */
export interface RulePosition {
  readonly title: string;
  readonly id: string;
}

const oneOf = (column: SqlStatement, values: readonly string[] | undefined): SqlStatement | undefined =>
  values && sql`${column} = any(${values}::text[])`;

/** `like` with what was asked taken by its letters. */
const containing = (q: string): string => `%${q.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

function conditions(tenantId: string, filter: RuleFilter & { readonly enabled?: boolean | undefined }): SqlStatement {
  const { q, enabled } = filter;
  const parts = [
    sql`r.tenant_id = ${tenantId}`,
    q === undefined ? undefined : sql`r.searched like ${containing(q)}`,
    enabled === undefined ? undefined : sql`r.enabled = ${enabled}`,
    oneOf(sql`r.level`, filter.level),
    oneOf(sql`r.status`, filter.status),
    oneOf(sql`r.kind`, filter.kind),
    oneOf(sql`r.product`, filter.product),
    oneOf(sql`r.category`, filter.category),
    oneOf(sql`r.service`, filter.service),
  ];
  return joinSql(
    parts.filter((part) => part !== undefined),
    ' and ',
  );
}

type NamedRules = { readonly id: string } | RuleFilter;

const named = (tenantId: string, which: NamedRules): SqlStatement =>
  'id' in which ? sql`r.tenant_id = ${tenantId} and r.id = ${which.id}` : conditions(tenantId, which);

const writtenColumns = {
  id: 'text',
  kind: 'text',
  title: 'text',
  level: 'text',
  status: 'text',
  product: 'text',
  category: 'text',
  service: 'text',
  author: 'text',
  license: 'text',
  tags: 'text',
  head: 'text',
  file: 'text',
  line: 'int',
  version: 'int',
  content_hash: 'text',
  counts: 'text',
  compiled: 'text',
  searched: 'text',
  text: 'text',
};

const writtenRow = ({ rule: { contentHash, ...rule }, version }: PlannedRule) => ({
  ...rule,
  version,
  tags: json(rule.tags),
  head: json(rule.head),
  counts: json(rule.counts),
  content_hash: contentHash,
  searched: [rule.id, rule.title, rule.file, ...rule.tags].join('\n').toLowerCase(),
});

/** The Sigma rules of the tenants. */
export function createRuleRepository() {
  return {
    list: (
      read: Queryable,
      tenantId: string,
      filter: RuleFilter & { readonly enabled?: boolean | undefined },
      page: { readonly after: RulePosition | undefined; readonly limitRows: number },
    ): Promise<RuleSummary[]> => {
      const { after } = page;
      const since = after ? sql`and (r.title, r.id) > (${after.title}, ${after.id})` : sql``;
      return read.query<RuleSummary>(sql`
        select ${summaryColumns} from alert.rules as r where ${conditions(tenantId, filter)} ${since}
        order by r.title, r.id limit ${page.limitRows}`);
    },

    findSummary: async (read: Queryable, tenantId: string, id: string): Promise<RuleSummary | undefined> => {
      const [row] = await read.query<RuleSummary>(sql`
        select ${summaryColumns} from alert.rules as r where r.tenant_id = ${tenantId} and r.id = ${id}`);
      return row;
    },

    find: async (read: Queryable, tenantId: string, id: string): Promise<Omit<RuleDetails, 'versions'> | undefined> => {
      const [row] = await read.query<Omit<RuleDetails, 'versions'>>(sql`
        select ${summaryColumns}, v.text, r.head ->> 'name' as name, r.head ->> 'description' as description,
          r.head ->> 'date' as date, r.head ->> 'modified' as modified, r.head -> 'references' as references,
          r.head -> 'falsePositives' as "falsePositives"
        from alert.rules as r join alert.rule_versions as v
          on v.tenant_id = r.tenant_id and v.rule_id = r.id and v.version = r.version
        where r.tenant_id = ${tenantId} and r.id = ${id}`);
      return row;
    },

    listVersions: (
      read: Queryable,
      tenantId: string,
      id: string,
      page: { readonly before: number | undefined; readonly limitRows: number },
    ): Promise<RuleVersion[]> =>
      read.query<RuleVersion>(sql`
        select version, title, level, text, at, by from alert.rule_versions
        where tenant_id = ${tenantId} and rule_id = ${id} and version < ${page.before ?? 2 ** 31 - 1}
        order by version desc limit ${page.limitRows}`),

    /** New rules are enabled or not as `enabled` says; rules that are there stay as they are. */
    write: async (
      tx: Queryable,
      tenantId: string,
      planned: readonly PlannedRule[],
      how: { readonly enabled: boolean; readonly format: number; readonly at: string; readonly by: string },
    ): Promise<void> => {
      const { enabled, format, at, by } = how;
      for (let start = 0; start < planned.length; start += ROWS) {
        const rows = rowsFrom(writtenColumns, planned.slice(start, start + ROWS).map(writtenRow));
        await tx.query(sql`
          with given as (select * from ${rows}),
          versions as (
            insert into alert.rule_versions (tenant_id, rule_id, version, title, level, text, at, by)
            select ${tenantId}, id, version, title, level, text, ${at}::timestamptz, ${by} from given)
          insert into alert.rules (
            tenant_id, id, kind, title, level, status, product, category, service, author, license, tags, head, file, line,
            enabled, version, content_hash, counts, compiled, compiled_format, searched, imported_at, updated_at, updated_by)
          select ${tenantId}, id, kind, title, level, status, product, category, service, author, license, tags::jsonb,
            head::jsonb, file, line, ${enabled}::boolean, version, content_hash, counts::jsonb, compiled, ${format}::int,
            searched, ${at}::timestamptz, ${at}::timestamptz, ${by}
          from given
          on conflict (tenant_id, id) do update set
            kind = excluded.kind, title = excluded.title, level = excluded.level, status = excluded.status,
            product = excluded.product, category = excluded.category, service = excluded.service,
            author = excluded.author, license = excluded.license, tags = excluded.tags, head = excluded.head,
            file = excluded.file, line = excluded.line, version = excluded.version,
            content_hash = excluded.content_hash, counts = excluded.counts, compiled = excluded.compiled,
            compiled_format = excluded.compiled_format, searched = excluded.searched,
            updated_at = excluded.updated_at, updated_by = excluded.updated_by`);
      }
    },

    /** The filters among what is named, of those that are enabled or not. */
    findFilters: (read: Queryable, tenantId: string, which: NamedRules, enabled: boolean): Promise<{ id: string }[]> =>
      read.query<{ id: string }>(sql`
        select r.id from alert.rules as r
        where ${named(tenantId, which)} and r.kind = 'filter' and r.enabled = ${enabled}`),

    /** Enables or disables what a filter names; tells how many it names and how many were not so yet. */
    setEnabled: async (
      tx: Queryable,
      tenantId: string,
      which: NamedRules,
      how: { readonly enabled: boolean; readonly at: string; readonly by: string },
    ): Promise<{ readonly matched: number; readonly changed: number }> => {
      const { enabled, at, by } = how;
      const [counted] = await tx.query<{ matched: number; changed: number }>(sql`
        with named as (select r.id, r.enabled from alert.rules as r where ${named(tenantId, which)}),
        changed as (
          update alert.rules as r set enabled = ${enabled}, updated_at = ${at}, updated_by = ${by}
          from named where r.tenant_id = ${tenantId} and r.id = named.id and named.enabled <> ${enabled} returning r.id)
        select (select count(*)::int from named) as matched, (select count(*)::int from changed) as changed`);
      return counted ?? { matched: 0, changed: 0 };
    },

    /** Whether there was one. */
    delete: async (tx: Queryable, tenantId: string, id: string): Promise<boolean> => {
      await tx.query(sql`delete from alert.rule_versions where tenant_id = ${tenantId} and rule_id = ${id}`);
      const rows = await tx.query(sql`
        delete from alert.rules where tenant_id = ${tenantId} and id = ${id} returning id`);
      return rows.length > 0;
    },
  };
}

export type RuleRepository = ReturnType<typeof createRuleRepository>;
