import { EvidenceStored } from '@soc/contracts';
import { subscription } from '@soc/messaging';
import { uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

/** Puts new evidence into the story of its alert and its incident. */
export const onEvidenceStored = ({ timeline, now }: Pick<AlertDeps, 'timeline' | 'now'>) =>
  subscription(EvidenceStored, async (evidence, { tx, event }) => {
    const { objectId, filename, sha256, sizeBytes, alertId, incidentId, storedBy, storedAt } = evidence;
    if (alertId === null && incidentId === null) return;
    await timeline.add(tx, [
      {
        id: uuidv7(now().getTime()),
        tenantId: event.tenantid,
        alertId,
        incidentId,
        at: new Date(storedAt).toISOString(),
        kind: 'evidence_stored',
        actor: storedBy,
        summary: `evidence stored: ${filename}`,
        data: { objectId, filename, sha256, sizeBytes },
      },
    ]);
  });
