import { auditEvents } from '@soc/contracts';
import { batchSubscription, type Subscription } from '@soc/messaging';
import { appendRecords } from '../audit/append-records.ts';
import type { AuthDeps } from '../deps.ts';

/** Appends what any service has recorded to the audit trail. */
export const onAuditRecorded = ({ auditRecords }: Pick<AuthDeps, 'auditRecords'>): readonly Subscription[] =>
  [...auditEvents.values()].map((spec) =>
    batchSubscription(spec, (items, { tx }) =>
      appendRecords(
        tx,
        auditRecords,
        items.map(({ event }) => event),
      ),
    ),
  );
