import { z } from 'zod';

/** Where a page of rules in the order of their titles ended. */
export const RulePosition = z.tuple([z.string(), z.string()]).transform(([title, id]) => ({ title, id }));
