import { parseJson } from '../documents.ts';
import { type JsonObject, textsAt, valuesAt } from '../json-path.ts';
import type { VendorMapping } from '../vendor-mapping.ts';
import { observablesOfEntities } from './sentinel-entities.ts';

/** An incident by its automation rule (`object.properties`), as the API answers it (`properties`); then columns of SecurityAlert. */
const inIncident = (...names: readonly string[]): string[] =>
  names.flatMap((name) => [`object.properties.${name}`, `properties.${name}`]);

/**
 * Microsoft Sentinel: incidents posted by automation rules, and rows of the SecurityAlert table or its API twin, whose
 * `Entities`, `Tactics` and `Techniques` are JSON or lists inside of text. Fingerprint: an incident by its number, as Sentinel
 * updates it in place; an alert by its name and entities, as every run of a rule makes a new id.
 */
export const sentinel: VendorMapping = {
  fields: {
    title: { paths: [...inIncident('title', 'alertDisplayName'), 'DisplayName', 'AlertName', 'AlertDisplayName'] },
    description: { paths: [...inIncident('description'), 'Description'] },
    severity: { paths: [...inIncident('severity'), 'AlertSeverity', 'Severity'], default: 'medium' },
    ruleId: { paths: [...inIncident('relatedAnalyticRuleIds', 'alertType'), 'AlertType'] },
    ruleName: { paths: [...inIncident('alerts.properties.alertDisplayName', 'title'), 'AlertName', 'DisplayName'] },
    externalId: { paths: ['object.name', 'SystemAlertId', ...inIncident('systemAlertId'), 'VendorOriginalId', 'name'] },
    occurredAt: {
      paths: [
        ...inIncident('firstActivityTimeUtc', 'startTimeUtc', 'createdTimeUtc'),
        'StartTime',
        'StartTimeUtc',
        'TimeGenerated',
      ],
    },
    resolved: { paths: [...inIncident('status'), 'Status'], values: ['closed', 'resolved', 'dismissed'] },
    extract: ['CompromisedEntity'],
    tactics: [...inIncident('additionalData.tactics', 'tactics'), 'Tactics'],
    techniques: [...inIncident('additionalData.techniques', 'techniques'), 'Techniques'],
    tags: [...inIncident('labels.labelName', 'additionalData.alertProductNames'), 'ProductName', 'ProviderName'],
    fingerprint: [...inIncident('incidentNumber'), 'object.id'],
  },
  refine: (draft, document) => ({
    observables: observablesOfEntities(entitiesOf(document)),
    tactics: draft.tactics.flatMap((text) => text.split(',')).map(withoutQuotes),
    techniques: draft.techniques.flatMap((text) => text.split(',')).map(withoutQuotes),
  }),
};

const withoutQuotes = (text: string): string => text.replaceAll(/[[\]"]/g, '').trim();

const entityPaths = [...inIncident('relatedEntities', 'entities'), 'Entities'];

function entitiesOf(document: JsonObject): readonly unknown[] {
  const asText = textsAt(document, ['Entities']).flatMap((text) => {
    const parsed = parseJson(text);
    return parsed.ok && Array.isArray(parsed.value) ? (parsed.value as readonly unknown[]) : []; // isArray says any[]
  });
  return [...asText, ...entityPaths.flatMap((path) => valuesAt(document, path))];
}
