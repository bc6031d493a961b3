import type { Alert } from '@soc/contracts';
import { type Queryable, inTenant, sql } from '@soc/db-cluster';
import { startTestService } from '@soc/fleet/testing';
import { defineService, uuidv7 } from '@soc/service-kit';
import { anAnalysis } from './arrange.fixture.ts';
import { AlertConfig } from './config.ts';
import { type AlertDeps, createAlertDeps } from './deps.ts';
import { onAnalysisCompleted } from './events/on-analysis-completed.ts';

export interface CorrelateInBatches {
  /**
   * Stores alerts for a tenant of their own and has them analysed in batches, given as positions. Answers the incidents as
   * the positions of their members, and the statements of each batch.
   */
  readonly tell: (
    alerts: readonly Alert[],
    batches: readonly (readonly number[])[],
  ) => Promise<{
    readonly incidents: readonly (readonly number[])[];
    readonly statements: readonly (readonly string[])[];
  }>;
  readonly close: () => Promise<void>;
}

/** The handler of analyses over a real database, but without the bus: the test says what comes in which batch. */
export async function startCorrelatingInBatches(): Promise<CorrelateInBatches> {
  let deps: AlertDeps | undefined;
  const definition = defineService({
    name: 'alert',
    config: AlertConfig,
    migrations: new URL('../migrations/', import.meta.url),
    create: (platform) => {
      deps = createAlertDeps(platform);
      return { routes: [] };
    },
  });
  const service = await startTestService(definition);
  if (!deps) throw new Error('the service was started without its graph');
  const { db } = deps;
  const analyse = createAnalysing(deps);
  const store = createStoring(deps);
  let tenants = 0;

  return {
    tell: (alerts, batches) => {
      const tenantId = `tenant-${(tenants += 1)}`;
      return inTenant({ tenantId }, async () => {
        const ids = await store(tenantId, alerts);
        const statements: (readonly string[])[] = [];
        for (const batch of batches) {
          statements.push(
            await analyse(
              tenantId,
              batch.map((position) => ids[position] ?? ''),
            ),
          );
        }
        return { incidents: await incidentsOf(db.write, ids), statements };
      });
    },
    close: () => service.close(),
  };
}

const createStoring =
  ({ db, alerts, arrivals }: Pick<AlertDeps, 'db' | 'alerts' | 'arrivals'>) =>
  async (tenantId: string, given: readonly Alert[]): Promise<readonly string[]> => {
    const own = given.map((alert): Alert => ({ ...alert, id: uuidv7(Date.now()), tenantId }));
    await db.tx(async (tx) => {
      await alerts.insert(tx, own);
      await arrivals.indexEntities(tx, own);
      await arrivals.indexAssets(tx, own);
    });
    return own.map(({ id }) => id);
  };

function createAnalysing(deps: AlertDeps) {
  const { handle } = onAnalysisCompleted(deps);
  type Given = Parameters<typeof handle>;
  return (tenantId: string, ids: readonly string[]): Promise<readonly string[]> =>
    deps.db.tx(async (tx) => {
      const statements: string[] = [];
      const counting: Queryable = {
        ...tx,
        query: (statement) => {
          statements.push(statement.text);
          return tx.query(statement);
        },
      };
      const items = ids.map((id) => ({ payload: anAnalysis(id), event: { tenantid: tenantId } }));
      const context = { tx: counting, message: () => ({}), publishMany: () => Promise.resolve() };
      // The handler asks no more of an event than its tenant, and nobody hears what it publishes.
      await handle(items as unknown as Given[0], context as unknown as Given[1]);
      return statements;
    });
}

async function incidentsOf(read: Queryable, ids: readonly string[]): Promise<readonly (readonly number[])[]> {
  const rows = await read.query<{ id: string; incidentId: string }>(sql`
    select id, incident_id as "incidentId" from alert.alerts where incident_id is not null order by id`);
  const positions = new Map(ids.map((id, position) => [id, position]));
  const members = Map.groupBy(rows, ({ incidentId }) => incidentId);
  return [...members.values()]
    .map((ones) => ones.map(({ id }) => positions.get(id) ?? -1).toSorted((a, b) => a - b))
    .toSorted(([a = 0], [b = 0]) => a - b);
}
