import type { Incident } from '@soc/contracts';
import { type Fact, type FactOrigin, firstOf, line } from './fact.ts';

const MAX_ENTITIES = 20;

/** An incident was opened, or changed: then `changed` names the fields. */
export function incidentFact(incident: Incident, changed: readonly string[] | undefined, origin: FactOrigin): Fact {
  const { id, title, severity, status, alertCount, entities, tactics, techniques, firstSeenAt, lastSeenAt } = incident;
  return {
    ...origin,
    throttleSubject: `incident:${id}`,
    message: {
      type: changed ? 'incident.updated' : 'incident.created',
      subject: id,
      title,
      severity,
      occurredAt: changed ? incident.updatedAt : incident.createdAt,
      lines: [
        { label: 'Severity', value: severity },
        { label: 'Status', value: status },
        { label: 'Alerts', value: String(alertCount) },
        ...line('Changed', firstOf(changed ?? [])),
        ...line('Entities', firstOf(entities.map(({ value }) => value))),
        ...line('Techniques', firstOf(techniques)),
        { label: 'First seen', value: firstSeenAt },
        { label: 'Last seen', value: lastSeenAt },
        { label: 'Incident', value: id },
      ],
      data: {
        incidentId: id,
        title,
        severity,
        status,
        alertCount,
        ...(changed && { changed }),
        entities: entities.slice(0, MAX_ENTITIES),
        tactics,
        techniques,
        firstSeenAt,
        lastSeenAt,
      },
    },
  };
}
