import { EvidenceStored } from '@soc/contracts';
import { subscription } from '@soc/messaging';
import type { AnalyticsDeps } from '../deps.ts';

export const onEvidenceStored = ({ facts }: Pick<AnalyticsDeps, 'facts'>) =>
  subscription(EvidenceStored, async ({ objectId, sizeBytes, storedAt }, { tx, event }) => {
    await facts.saveEvidence(tx, { tenantId: event.tenantid, objectId, sizeBytes, storedAt });
  });
