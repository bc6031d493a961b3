import { z } from 'zod';

/** When what is too old goes. */
export const RetentionConfig = z.object({
  RETENTION_EVERY_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(7 * 24 * 60 * 60)
    .default(60 * 60)
    .describe('How often policies of retention are carried out; a policy that was set is carried out this much later.'),
});
