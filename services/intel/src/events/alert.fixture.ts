import { type Alert, type Observable, uuidv7 } from '@soc/contracts';
import { exampleAlert } from '@soc/fleet/testing';

const AT = '2026-03-01T00:00:00.000Z';

/** An alert as alert publishes it when it is new. */
export const newAlert = (observables: readonly Observable[]): Alert =>
  exampleAlert({
    id: uuidv7(Date.parse(AT)),
    title: 'Outbound connection',
    severity: 'medium',
    ruleId: '2024897',
    observables: [...observables],
    occurredAt: AT,
    lastSeenAt: AT,
    receivedAt: AT,
  });
