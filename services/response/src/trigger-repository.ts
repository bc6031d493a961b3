import type { Page } from '@soc/contracts';
import type { Trigger, TriggerBody, TriggerConditions, TriggerEvent } from '@soc/contracts/response/triggers';
import { json, type Queryable, sql } from '@soc/db-cluster';
import { pageOf } from '@soc/service-kit';

interface TriggerRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly playbook_id: string;
  readonly on_event: TriggerEvent;
  readonly conditions: TriggerConditions;
  readonly enabled: boolean;
  readonly dry_run: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

const columns = sql`id, tenant_id, name, playbook_id, on_event, conditions, enabled, dry_run, created_at, updated_at`;

const toTrigger = (row: TriggerRow): Trigger => ({
  id: row.id,
  name: row.name,
  playbookId: row.playbook_id,
  on: row.on_event,
  conditions: row.conditions,
  enabled: row.enabled,
  dryRun: row.dry_run,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Where a page of triggers begins: before this time and id. */
export type TriggerPosition = readonly [createdAt: string, id: string];

/** A trigger that is to fire on an incident, with the id of the run it would start. */
export interface Firing {
  readonly triggerId: string;
  readonly incidentId: string;
  readonly runId: string;
}

export function createTriggerRepository() {
  return {
    find: async (read: Queryable, tenantId: string, id: string): Promise<Trigger | undefined> => {
      const [row] = await read.query<TriggerRow>(
        sql`select ${columns} from response.triggers where tenant_id = ${tenantId} and id = ${id}`,
      );
      return row && toTrigger(row);
    },

    list: async (
      read: Queryable,
      tenantId: string,
      query: {
        readonly playbookId?: string | undefined;
        readonly after?: TriggerPosition | undefined;
        readonly limit: number;
      },
    ): Promise<Page<Trigger>> => {
      const { playbookId, after, limit } = query;
      const byPlaybook = playbookId === undefined ? sql`` : sql`and playbook_id = ${playbookId}`;
      const beyond = after ? sql`and (created_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
      const rows = await read.query<TriggerRow>(sql`
        select ${columns} from response.triggers where tenant_id = ${tenantId} ${byPlaybook} ${beyond}
        order by created_at desc, id desc limit ${limit + 1}`);
      return pageOf(rows.map(toTrigger), limit, ({ createdAt, id }) => [createdAt, id]);
    },

    insert: async (tx: Queryable, tenantId: string, trigger: Trigger): Promise<void> => {
      await tx.query(sql`
        insert into response.triggers (${columns})
        values (${trigger.id}, ${tenantId}, ${trigger.name}, ${trigger.playbookId}, ${trigger.on},
          ${json(trigger.conditions)}, ${trigger.enabled}, ${trigger.dryRun}, ${trigger.createdAt}, ${trigger.updatedAt})`);
    },

    replace: async (
      tx: Queryable,
      tenantId: string,
      id: string,
      body: TriggerBody,
      updatedAt: string,
    ): Promise<Trigger | undefined> => {
      const [row] = await tx.query<TriggerRow>(sql`
        update response.triggers set name = ${body.name}, playbook_id = ${body.playbookId}, on_event = ${body.on},
          conditions = ${json(body.conditions)}, enabled = ${body.enabled}, dry_run = ${body.dryRun}, updated_at = ${updatedAt}
        where tenant_id = ${tenantId} and id = ${id} returning ${columns}`);
      return row && toTrigger(row);
    },

    delete: async (tx: Queryable, tenantId: string, id: string): Promise<boolean> => {
      const rows = await tx.query(sql`
        delete from response.triggers where tenant_id = ${tenantId} and id = ${id} returning id`);
      return rows.length > 0;
    },

    /** All triggers that look at an event, of several tenants, by tenant. */
    listEnabled: async (
      read: Queryable,
      on: TriggerEvent,
      tenantIds: readonly string[],
    ): Promise<readonly { readonly tenantId: string; readonly trigger: Trigger }[]> => {
      const rows = await read.query<TriggerRow>(sql`
        select ${columns} from response.triggers
        where enabled and on_event = ${on} and tenant_id = any(${tenantIds}) order by id`);
      return rows.map((row) => ({ tenantId: row.tenant_id, trigger: toTrigger(row) }));
    },

    /** Remembers the firings and returns those that are the first of their trigger on their incident. */
    recordFirings: async (tx: Queryable, firings: readonly Firing[]): Promise<ReadonlySet<string>> => {
      const rows = await tx.query<{ run_id: string }>(sql`
        insert into response.trigger_firings (trigger_id, incident_id, run_id)
        select * from unnest(${firings.map(({ triggerId }) => triggerId)}::uuid[],
          ${firings.map(({ incidentId }) => incidentId)}::uuid[], ${firings.map(({ runId }) => runId)}::uuid[])
        on conflict (trigger_id, incident_id) do nothing returning run_id`);
      return new Set(rows.map(({ run_id }) => run_id));
    },
  };
}

export type TriggerRepository = ReturnType<typeof createTriggerRepository>;
