import { AuditRecord, ListAuditRecords } from '@soc/contracts/auth/audit';
import { DEFAULT_PAGE_LIMIT, Timestamp } from '@soc/contracts';
import { asSystem } from '@soc/db-cluster';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import { tenantAskedFor } from '../audit/audit-scope.ts';
import type { AuthDeps } from '../deps.ts';

const Position = z.tuple([Timestamp, z.number().int()]);

export const listAuditRecordsRoute = ({ db, auditTrail, config }: Pick<AuthDeps, 'db' | 'auditTrail' | 'config'>) =>
  route(ListAuditRecords, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor, ...filter } = query;
    const tenantId = tenantAskedFor(filter, principal, config.BUS_OPERATOR_TENANT);
    const wanted = { filter, tenantId, after: decodeCursor(Position, cursor), limitRows: limit + 1 };
    const ask = () => auditTrail.list(db.readYourWrites(consistencyToken), wanted);
    // Row-level security shows a request its own tenant's records; whoever operates the fleet asked for all.
    const bodies = await (tenantId === undefined ? asSystem(ask) : ask());
    const records = bodies.map((body) => AuditRecord.parse(JSON.parse(body)));
    return pageOf(records, limit, ({ at, seq }) => [at, seq]);
  });
