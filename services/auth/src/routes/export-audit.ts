import { Readable } from 'node:stream';
import { trailLine } from '@soc/audit';
import { type AuditFilter, ExportAudit } from '@soc/contracts/auth/audit';
import { asSystem } from '@soc/db-cluster';
import { route } from '@soc/service-kit';
import { tenantAskedFor } from '../audit/audit-scope.ts';
import type { AuthDeps } from '../deps.ts';

/** Records read at once: what the export holds in memory. */
const CHUNK = 500;

type ExportDeps = Pick<AuthDeps, 'db' | 'auditTrail' | 'auditRecords' | 'config'>;

/** The trail up to what was its end when the export began; the record of the export itself is in the next one. */
async function* linesOf(
  { db, auditTrail, auditRecords }: ExportDeps,
  disclosed: { readonly filter: AuditFilter; readonly tenantId: string | undefined },
): AsyncGenerator<string> {
  // The chain is one over all tenants: others' records are needed for their hashes, which is all of them that leaves.
  const { seq: last } = (await asSystem(() => auditRecords.findHead(db.write))) ?? { seq: 0 };
  for (let after = 0; after < last;) {
    const wanted = { ...disclosed, after, upTo: last, limitRows: CHUNK };
    const shown = await asSystem(() => auditTrail.listShown(db.write, wanted));
    after = shown.at(-1)?.seq ?? last;
    yield shown.map((record) => `${trailLine(record)}\n`).join('');
  }
}

export const exportAuditRoute = (deps: ExportDeps) =>
  route(ExportAudit, async ({ query: filter, principal, reply }) => {
    const tenantId = tenantAskedFor(filter, principal, deps.config.BUS_OPERATOR_TENANT);
    return reply
      .type('application/x-ndjson; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit-trail.ndjson"')
      .send(Readable.from(linesOf(deps, { filter, tenantId }), { objectMode: false }));
  });
