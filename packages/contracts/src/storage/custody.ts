import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Timestamp, Uuid } from '../primitives.ts';

/** What may be done with an object and stands in its custody. */
export const CustodyAction = z.enum([
  'stored',
  'downloaded',
  /** A URL was made by which whoever holds it reads the content until it expires. */
  'url_issued',
  'verified',
  'held',
  'released',
  'quarantined',
  'cleared',
  /** Left the house, to whom and what for. */
  'exported',
  /** The export of that id did not come to its end: what was given out lacks its own, and verifies nowhere. */
  'export_broken_off',
  /** Its content was removed because its time was over. */
  'purged',
]);
export type CustodyAction = z.infer<typeof CustodyAction>;

/** An entry of the custody log. `detail` says what was found, e.g. the hash a verification computed. */
export const CustodyEntry = z.object({
  sequence: z.number().int().min(1),
  action: CustodyAction,
  actor: z.string(),
  actorId: z.string(),
  at: Timestamp,
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type CustodyEntry = z.infer<typeof CustodyEntry>;

/** A public key that custody is, or was, signed with. */
const CustodyKey = z.object({
  keyId: z.string(),
  /** Ed25519, SubjectPublicKeyInfo in PEM. */
  publicKey: z.string(),
  /** Whether new entries are signed with it. */
  signs: z.boolean(),
});

export const ListCustodyKeys = endpoint({
  id: 'listCustodyKeys',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/custody/keys',
  summary: 'The public keys that the custody of evidence is signed with, for whoever verifies an export',
  permission: 'storage:read',
  responses: { 200: z.object({ items: z.array(CustodyKey) }) },
});

export const ExportCustody = endpoint({
  id: 'exportCustody',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/custody/exports',
  summary: 'Evidence with its custody, signed, as one tar archive that `soc custody verify` checks offline',
  permission: 'storage:write',
  audit: 'custody.export',
  auditFields: ['objectIds', 'incidentId', 'alertId', 'recipient', 'purpose', 'content', 'quarantined'],
  body: z
    .strictObject({
      objectIds: z.array(Uuid).min(1).max(100).optional(),
      incidentId: Uuid.optional(),
      alertId: Uuid.optional(),
      /** Who is given it, and what for, as the custody will say. */
      recipient: z.string().trim().min(1).max(200),
      purpose: z.string().trim().min(1).max(1_000),
      /** Whether the contents are in it, or their hashes and custody alone. */
      content: z.enum(['included', 'left_out']).default('included'),
      /** Contents in quarantine are given to who says that they know. */
      quarantined: z.literal('acknowledged').optional(),
    })
    .refine(
      ({ objectIds, incidentId, alertId }) =>
        [objectIds, incidentId, alertId].filter((each) => each !== undefined).length === 1,
      { message: 'name one of objectIds, incidentId and alertId', path: ['objectIds'] },
    ),
  responses: { 200: z.unknown() },
  produces: 'application/x-tar',
  timeoutMs: 120_000,
  errors: {
    404: ['storage.object_not_found'],
    410: ['storage.content_gone'],
    422: ['storage.too_many_objects'],
    423: ['storage.quarantined'],
  },
});
