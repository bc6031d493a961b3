import { Timestamp } from '@soc/contracts';
import { z } from 'zod';

/** Where a page of a timeline ended; entries that an alert's row tells have a word for an id. */
export const TimelinePosition = z.tuple([Timestamp, z.string().max(64)]).transform(([at, id]) => ({ at, id }));
