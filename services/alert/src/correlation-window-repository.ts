import { json, type Queryable, sql } from '@soc/db-cluster';
import type { Group, WindowState } from '@soc/sigma';

/** A rule with windows that are due. */
export interface DueRule {
  readonly tenantId: string;
  readonly ruleId: string;
}

/** Which window. */
export interface WindowKey {
  readonly tenantId: string;
  readonly ruleId: string;
  readonly key: string;
  readonly group: Group;
}

export interface StoredWindow extends WindowKey {
  /** Undefined for one that no event has been taken into. */
  readonly state: WindowState | undefined;
}

export interface ChangedWindow extends WindowKey {
  readonly state: WindowState;
  readonly dueAt: Date | null;
  readonly expiresAt: Date;
}

type WindowRow = Omit<StoredWindow, 'state'> & { readonly state: WindowState | null };

const read = ({ state, ...row }: WindowRow): StoredWindow => ({ ...row, state: state ?? undefined });

/** Windows of Sigma correlations as rows. */
export function createCorrelationWindowRepository() {
  return {
    /**
     * The windows, locked until the end of the transaction, those not there yet made: one statement for a batch. The update
     * that changes nothing is what waits for whoever has the row and then reads what that left. Rows are taken in the order of
     * the key, so that replicas with events of the same groups wait for each other instead of deadlocking.
     */
    lock: async (tx: Queryable, keys: readonly WindowKey[], expiresAt: Date): Promise<StoredWindow[]> => {
      const rows = await tx.query<WindowRow>(sql`
        insert into alert.correlation_windows as known (tenant_id, rule_id, window_key, group_name, expires_at)
        select tenant_id, rule_id, window_key, group_name, ${expiresAt}
        from unnest(
          ${keys.map(({ tenantId }) => tenantId)}::text[], ${keys.map(({ ruleId }) => ruleId)}::text[],
          ${keys.map(({ key }) => key)}::uuid[], ${keys.map(({ group }) => JSON.stringify(group))}::json[]
        ) as asked (tenant_id, rule_id, window_key, group_name)
        order by tenant_id, rule_id, window_key
        on conflict (tenant_id, rule_id, window_key) do update set expires_at = known.expires_at
        returning tenant_id as "tenantId", rule_id as "ruleId", window_key as "key", group_name as "group", state`);
      return rows.map(read);
    },

    /** Of windows that `lock` or `lockDue` has locked. */
    save: async (tx: Queryable, windows: readonly ChangedWindow[]): Promise<void> => {
      if (windows.length === 0) return;
      await tx.query(sql`
        update alert.correlation_windows as known
        set state = changed.state, due_at = changed."dueAt", expires_at = changed."expiresAt"
        from json_to_recordset(${json(windows)}::json) as changed (
          "tenantId" text, "ruleId" text, "key" uuid, "state" json, "dueAt" timestamptz, "expiresAt" timestamptz)
        where (known.tenant_id, known.rule_id, known.window_key) = (changed."tenantId", changed."ruleId", changed."key")`);
    },

    /** Whose windows have been due for longest, but for those of some. Locks nothing. */
    findDue: async (
      db: Queryable,
      at: Date,
      except: { readonly tenants: readonly string[]; readonly rules: readonly DueRule[] },
    ): Promise<DueRule | undefined> => {
      const [row] = await db.query<DueRule>(sql`
        select tenant_id as "tenantId", rule_id as "ruleId" from alert.correlation_windows as w
        where due_at <= ${at} and tenant_id <> all(${except.tenants}::text[]) and not exists (
          select from unnest(
            ${except.rules.map(({ tenantId }) => tenantId)}::text[], ${except.rules.map(({ ruleId }) => ruleId)}::text[]
          ) as but (tenant_id, rule_id)
          where (but.tenant_id, but.rule_id) = (w.tenant_id, w.rule_id))
        order by due_at limit 1`);
      return row;
    },

    /**
     * Windows of one tenant and rule that are due, locked; none that another replica has at hand. Of one rule only: what they
     * pass on locks windows of rules on later levels, as batches of events do.
     */
    lockDue: async (
      tx: Queryable,
      at: Date,
      { tenantId, ruleId }: DueRule,
      limitRows: number,
    ): Promise<StoredWindow[]> => {
      const rows = await tx.query<WindowRow>(sql`
        select tenant_id as "tenantId", rule_id as "ruleId", window_key as "key", group_name as "group", state
        from alert.correlation_windows
        where due_at <= ${at} and tenant_id = ${tenantId} and rule_id = ${ruleId}
        order by window_key
        limit ${limitRows} for update skip locked`);
      return rows.map(read);
    },

    /** Has nothing judged that a rule which is gone would judge. */
    dropDue: async (tx: Queryable, windows: readonly WindowKey[]): Promise<void> => {
      await tx.query(sql`
        delete from alert.correlation_windows as w
        using unnest(
          ${windows.map(({ tenantId }) => tenantId)}::text[], ${windows.map(({ ruleId }) => ruleId)}::text[],
          ${windows.map(({ key }) => key)}::uuid[]) as gone (tenant_id, rule_id, window_key)
        where (w.tenant_id, w.rule_id, w.window_key) = (gone.tenant_id, gone.rule_id, gone.window_key)`);
    },

    /** Forgets windows that no event has met for so long that none can. Waits for no lock: it would take them in another order than `lock`. */
    prune: async (write: Queryable, at: Date): Promise<void> => {
      await write.query(sql`
        with expired as (
          select tenant_id, rule_id, window_key from alert.correlation_windows
          where expires_at < ${at} and due_at is null
          for update skip locked
        )
        delete from alert.correlation_windows as w using expired as e
        where (w.tenant_id, w.rule_id, w.window_key) = (e.tenant_id, e.rule_id, e.window_key)`);
    },
  };
}

export type CorrelationWindowRepository = ReturnType<typeof createCorrelationWindowRepository>;
