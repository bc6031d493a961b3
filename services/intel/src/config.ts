import { z } from 'zod';

/** The intel service reads no variables beside those that every service reads. */
export const IntelConfig = z.object({});
