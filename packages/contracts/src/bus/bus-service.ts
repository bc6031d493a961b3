import type { z } from 'zod';
import { ServiceName } from '../service-name.ts';

/** The services on the event bus: all but the gateway. */
export const BusService = ServiceName.exclude(['gateway']);
export type BusService = z.infer<typeof BusService>;
