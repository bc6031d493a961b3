import { redisAclFile } from '@soc/messaging/redis';
import type { FleetSecrets } from '../secrets/fleet-secrets.ts';

/**
 * The users of Redis under compose: those of the services, which come from the contracts; one for the exporter, who sees
 * figures and no key; and one for the health check, who has no password and may do nothing but `PING`.
 */
export const composeRedisUsers = (
  { redisPassword, redisServicePasswords }: FleetSecrets,
  exporterPassword: string,
): string =>
  `${redisAclFile({
    prefix: 'soc',
    passwords: redisServicePasswords,
    admin: { user: 'soc_admin', password: redisPassword },
    monitor: { user: 'soc_exporter', password: exporterPassword },
  })}user soc_health on nopass resetkeys resetchannels -@all +auth +hello +ping +client|setname
`;
