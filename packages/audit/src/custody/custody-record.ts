import { z } from 'zod';
import { bodyOf } from '../trail-record.ts';

const Detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** An entry of the custody of an object: who did what with it. `sequence` counts from 1 without gaps. */
export interface CustodyFact {
  readonly objectId: string;
  readonly tenantId: string;
  readonly sequence: number;
  readonly action: string;
  readonly actor: string;
  readonly actorId: string;
  /** RFC 3339 in UTC, milliseconds. */
  readonly at: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  /** Written before custody was signed, and taken into the chain later: vouched for only from its checkpoint on. */
  readonly isAdopted: boolean;
}

/** What a verifier reads of a record; it comes with all that a record of a trail has. */
export const CustodyRecord = z.object({
  seq: z.number().int().min(1),
  objectId: z.string(),
  at: z.string(),
  action: z.string(),
  detail: Detail,
  isAdopted: z.literal(true).optional(),
});
export type CustodyRecord = z.infer<typeof CustodyRecord>;

/** The text of an entry that is hashed and signed: a record of a trail that is the object's own, in canonical JSON. */
export const custodyBody = ({
  objectId,
  tenantId,
  sequence,
  action,
  actor,
  actorId,
  at,
  detail,
  isAdopted,
}: CustodyFact) =>
  bodyOf({
    v: 1,
    seq: sequence,
    id: `${objectId}/${sequence}`,
    at,
    service: 'storage',
    tenantId,
    objectId,
    action,
    actor: { id: actorId, name: actor },
    detail,
    ...(isAdopted && { isAdopted }),
  });
