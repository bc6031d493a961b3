import { createHash } from 'node:crypto';
import type { Observable, ObservableType } from '@soc/contracts';

/** An observable as a link between alerts. */
export interface Entity {
  readonly key: string;
  readonly type: ObservableType;
  readonly value: string;
}

/**
 * What an entity is looked up by: 128 bits of SHA-256 over tenant, type and value, in the form of a UUID. Values are
 * compared without case, as hosts, accounts and domains are.
 */
export function entityKey(tenantId: string, type: ObservableType, value: string): string {
  const hex = createHash('sha256').update(`${tenantId}\n${type}\n${value.toLowerCase()}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** The entities an alert names, each once. */
export function entitiesOf(alert: {
  readonly tenantId: string;
  readonly observables: readonly Observable[];
}): readonly Entity[] {
  const unique = new Map<string, Entity>();
  for (const { type, value } of alert.observables) {
    const key = entityKey(alert.tenantId, type, value);
    if (!unique.has(key)) unique.set(key, { key, type, value });
  }
  return [...unique.values()];
}
