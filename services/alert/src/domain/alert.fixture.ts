import type { Alert, Observable } from '@soc/contracts';

/** An analysed alert for tests: `number` gives its id and fingerprint, `second` its event time. */
export function anAlert(number: number, given: Partial<Alert> & { readonly second?: number } = {}): Alert {
  const { second = number, ...fields } = given;
  const occurredAt = new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
  return {
    id: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    tenantId: 'default',
    title: `Alert ${number}`,
    description: null,
    severity: 'medium',
    status: 'new',
    source: 'test',
    ruleId: null,
    ruleName: null,
    externalId: null,
    fingerprint: `fingerprint-${number}`,
    occurrences: 1,
    observables: [],
    tactics: [],
    techniques: [],
    tags: [],
    occurredAt,
    lastSeenAt: occurredAt,
    receivedAt: occurredAt,
    score: 50,
    suggestedVerdict: 'undetermined',
    reputation: null,
    verdict: null,
    assignee: null,
    incidentId: null,
    analysedAt: occurredAt,
    enrichedAt: null,
    triagedAt: null,
    closedAt: null,
    version: 2,
    ...fields,
  };
}

export const host = (value: string): Observable => ({ type: 'host', value });
export const ip = (value: string): Observable => ({ type: 'ip', value });
export const user = (value: string): Observable => ({ type: 'user', value });
