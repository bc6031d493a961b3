import { Timestamp, Uuid } from '@soc/contracts';
import { z } from 'zod';

/** Where a page of alerts in the order of event time ended. */
export const AlertPosition = z.tuple([Timestamp, Uuid]).transform(([occurredAt, id]) => ({ occurredAt, id }));
