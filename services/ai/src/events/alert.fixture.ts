import { type Alert, type Enrichment, type Observable, uuidv7 } from '@soc/contracts';
import { exampleAlert } from '@soc/fleet/testing';

const AT = '2026-03-01T00:00:00.000Z';

/** An alert as alert publishes it when it is new. */
export const newAlert = (about: Partial<Alert> = {}): Alert =>
  exampleAlert({
    id: uuidv7(Date.parse(AT)),
    title: 'Something happened',
    severity: 'medium',
    source: 'edr',
    ruleId: '4711',
    observables: [],
    occurredAt: AT,
    lastSeenAt: AT,
    receivedAt: AT,
    ...about,
  });

/** What intel says of an alert: nothing, or that an observable is known with a confidence. */
export const newEnrichment = (alertId: string, observable?: Observable, confidence = 90): Enrichment => ({
  alertId,
  reputation: observable ? 'malicious' : 'unknown',
  matches: observable
    ? [
        {
          observable,
          indicatorId: '00000000-0000-7000-8000-000000000001',
          indicatorType: observable.type,
          indicatorValue: observable.value,
          kind: 'exact',
          confidence,
          threat: 'RainCloud',
          source: 'a feed',
        },
      ]
    : [],
  warninglistHits: [],
  enrichedAt: AT,
});
