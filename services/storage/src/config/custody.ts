import { z } from 'zod';

/** What the chain of custody needs. */
export const CustodyConfig = z.object({
  CUSTODY_SIGNING_KEY_FILE: z
    .string()
    .min(1)
    .describe(
      'PEM file of the Ed25519 private key that signs the custody of evidence, the same on every replica; keys that signed before may follow it, private or public.',
    ),
  CUSTODY_EXPORT_MAX_OBJECTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_000)
    .default(1_000)
    .describe('Most evidence objects in one export of custody.'),
});
