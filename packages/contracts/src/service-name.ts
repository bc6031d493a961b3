import { z } from 'zod';

/** The nine services, in the order of their ports. */
export const ServiceName = z.enum([
  'gateway',
  'auth',
  'alert',
  'ai',
  'intel',
  'response',
  'analytics',
  'notification',
  'storage',
]);
export type ServiceName = z.infer<typeof ServiceName>;

/** The port of a service's first instance when the base is `portBase` (8000 unless told otherwise). */
export const portOf = (service: ServiceName, portBase = 8000): number =>
  portBase + ServiceName.options.indexOf(service);
