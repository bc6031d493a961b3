import type { Alert } from '@soc/contracts';
import { type Fact, type FactOrigin, firstOf, line } from './fact.ts';

const MAX_OBSERVABLES = 20;

/** A new alert. Alerts of one fingerprint are repetitions: the same thing seen again after the window of deduplication. */
export function alertFact(alert: Alert, origin: FactOrigin): Fact {
  const { id, title, severity, source, observables, tactics, techniques, occurredAt } = alert;
  return {
    ...origin,
    throttleSubject: `alert:${alert.fingerprint}`,
    message: {
      type: 'alert.created',
      subject: id,
      title,
      severity,
      occurredAt,
      lines: [
        { label: 'Severity', value: severity },
        { label: 'Source', value: source },
        ...line('Observables', firstOf(observables.map(({ value }) => value))),
        ...line('Techniques', firstOf(techniques)),
        { label: 'Occurred', value: occurredAt },
        { label: 'Alert', value: id },
      ],
      data: {
        alertId: id,
        title,
        severity,
        source,
        observables: observables.slice(0, MAX_OBSERVABLES),
        tactics,
        techniques,
        occurredAt,
      },
    },
  };
}
