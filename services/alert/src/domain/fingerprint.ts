import { createHash } from 'node:crypto';
import type { NormalisedAlert } from './normalise/normalised-alert.ts';

/** What tells one alert from another within a tenant, as SHA-256 in hex. Parts are kept apart, so `a`,`bc` is not `ab`,`c`. */
export function fingerprintOf(tenantId: string, alert: Pick<NormalisedAlert, 'source' | 'fingerprintParts'>): string {
  const identity = JSON.stringify([tenantId, alert.source, ...alert.fingerprintParts]);
  return createHash('sha256').update(identity).digest('hex');
}
