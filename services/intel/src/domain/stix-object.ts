import { Confidence, Tlp } from '@soc/contracts/intel/indicator';
import { z } from 'zod';

/** RFC 3339 of any precision, brought to UTC milliseconds. In UTC it must still be of a year from 1 to 9999. */
const StixTime = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .refine((time) => /^(?!0000)\d{4}-/.test(time), 'no time a database can hold');

/** What every STIX object has. */
export const StixObject = z.object({ type: z.string().min(1).max(100), id: z.string().min(1).max(256) });

/** STIX 2.1 §4.7, as far as it is used here. */
export const StixIndicator = z.object({
  id: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  pattern: z.string().min(1),
  /** Absent in STIX 2.0, which knew no other. */
  pattern_type: z.string().default('stix'),
  indicator_types: z.array(z.string()).default([]),
  labels: z.array(z.string()).default([]),
  confidence: Confidence.optional(),
  object_marking_refs: z.array(z.string()).default([]),
  valid_from: StixTime.optional(),
  valid_until: StixTime.optional(),
  modified: StixTime.optional(),
  revoked: z.boolean().default(false),
});
export type StixIndicator = z.infer<typeof StixIndicator>;

/** STIX 2.1 §5.1. */
export const StixRelationship = z.object({
  relationship_type: z.string(),
  source_ref: z.string(),
  target_ref: z.string(),
});

export const StixNamed = z.object({ id: z.string(), name: z.string().min(1) });

/** The marking definitions of TLP 1.0 (STIX 2.1 §7.2.1.4) and of TLP 2.0 (OASIS STIX 2.1 extension). */
const TLP_OF_MARKING: Readonly<Record<string, Tlp>> = {
  'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9': 'clear',
  'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da': 'green',
  'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82': 'amber',
  'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed': 'red',
  'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487': 'clear',
  'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb': 'green',
  'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421': 'amber',
  'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003': 'amber+strict',
  'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1': 'red',
};

export const strictest = (first: Tlp, second: Tlp): Tlp =>
  Tlp.options.indexOf(first) >= Tlp.options.indexOf(second) ? first : second;

/** The strictest of the markings that are known; amber where there is none. */
export function tlpOfMarkings(markings: readonly string[]): Tlp {
  const known = markings.flatMap((marking) => TLP_OF_MARKING[marking] ?? []);
  return known.length === 0 ? 'amber' : known.reduce(strictest);
}
