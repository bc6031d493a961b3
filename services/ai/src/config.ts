import { z } from 'zod';

/** The ai service reads no variables beside those that every service reads. */
export const AiConfig = z.object({});
