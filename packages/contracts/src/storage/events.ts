import { z } from 'zod';
import { event } from '../event.ts';
import { Timestamp, Uuid } from '../primitives.ts';

export const EvidenceStored = event({
  type: 'evidence.stored',
  version: 1,
  owner: 'storage',
  summary: 'An evidence object was stored with its hash.',
  payload: z.object({
    objectId: Uuid,
    filename: z.string(),
    sha256: z.string(),
    sizeBytes: z.number().int().min(0),
    incidentId: Uuid.nullable(),
    alertId: Uuid.nullable(),
    storedBy: z.string(),
    storedAt: Timestamp,
  }),
});
