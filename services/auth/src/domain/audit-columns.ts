import { type NewRecord, TrailRecord } from '@soc/audit';
import { AuditFact } from '@soc/contracts';

/** What the columns of a stored record repeat of its body. */
export interface AuditColumns {
  readonly id: string;
  readonly tenantId: string;
  readonly service: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly targetType: string | null;
  readonly targetId: string | null;
}

/** The columns of a record, from what it says. */
export function columnsOf(record: NewRecord): AuditColumns {
  const { action, outcome, actor, target } = AuditFact.parse(record);
  const { id, tenantId, service, at } = record;
  return {
    id,
    tenantId,
    service,
    at,
    action,
    outcome,
    actorKind: actor.kind,
    actorId: actor.id ?? null,
    targetType: target?.type ?? null,
    targetId: target?.id ?? null,
  };
}

function parsed(body: string): TrailRecord | undefined {
  try {
    return TrailRecord.parse(JSON.parse(body));
  } catch {
    return undefined; // told below
  }
}

/** How what queries see of a record differs from what was hashed; undefined when it does not. */
export function disagreementOf(seq: number, columns: AuditColumns, body: string): string | undefined {
  const record = parsed(body);
  if (!record) return `record ${seq} cannot be read`;
  if (record.seq !== seq) return `record ${seq} says that it is number ${record.seq}`;
  const said = columnsOf(record);
  // The keys are exactly those of the columns.
  const names = Object.keys(said) as (keyof AuditColumns)[];
  const differing = names.find((name) => said[name] !== columns[name]);
  return differing === undefined ? undefined : `record ${seq} has another ${differing} in its column than in its text`;
}
