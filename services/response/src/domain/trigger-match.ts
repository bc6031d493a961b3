import { type Incident, severityRank } from '@soc/contracts';
import type { TriggerConditions } from '@soc/contracts/response/triggers';

const isTechniqueOf = (wanted: string, technique: string): boolean =>
  technique === wanted || technique.startsWith(`${wanted}.`);

/** Whether an incident meets all conditions of a trigger. A technique also means its sub-techniques. */
export function meetsConditions(conditions: TriggerConditions, incident: Incident): boolean {
  const { minSeverity, techniques, entityTypes } = conditions;
  return (
    (minSeverity === undefined || severityRank(incident.severity) >= severityRank(minSeverity)) &&
    (techniques === undefined ||
      techniques.some((wanted) => incident.techniques.some((technique) => isTechniqueOf(wanted, technique)))) &&
    (entityTypes === undefined || incident.entities.some(({ type }) => entityTypes.includes(type)))
  );
}
