import { type Incident, type Severity, severityRank } from '@soc/contracts';

/** What an incident lists; its members name all. Every update of it carries the lists, so entities are the few that lead. */
const LISTED = { entities: 25, names: 100 };

const TITLE_CHARACTERS = 512;

/** What a member, or another incident, adds to an incident. */
export type Growth = Pick<
  Incident,
  'severity' | 'alertCount' | 'entities' | 'tactics' | 'techniques' | 'firstSeenAt' | 'lastSeenAt'
>;

export const isWorse = (a: Severity, b: Severity): boolean => severityRank(a) > severityRank(b);

/** The incident with `more`: the worst severity of both, the whole span, all they list. */
export const grow = (incident: Incident, more: Growth): Incident => ({
  ...incident,
  severity: isWorse(more.severity, incident.severity) ? more.severity : incident.severity,
  alertCount: incident.alertCount + more.alertCount,
  entities: unionOfEntities(incident.entities, more.entities),
  tactics: unionOf(incident.tactics, more.tactics),
  techniques: unionOf(incident.techniques, more.techniques),
  firstSeenAt: more.firstSeenAt < incident.firstSeenAt ? more.firstSeenAt : incident.firstSeenAt,
  lastSeenAt: more.lastSeenAt > incident.lastSeenAt ? more.lastSeenAt : incident.lastSeenAt,
});

/** Both lists without repetition, the known first; the same array when nothing is new. */
export function unionOf(known: string[], added: readonly string[]): string[] {
  const all = new Set([...known, ...added]);
  return all.size === known.length ? known : [...all].slice(0, LISTED.names);
}

function unionOfEntities(known: Incident['entities'], added: Incident['entities']): Incident['entities'] {
  if (known.length >= LISTED.entities) return known;
  const unseen = added.filter(({ type, value }) => !known.some((one) => one.type === type && one.value === value));
  return unseen.length === 0 ? known : [...known, ...unseen].slice(0, LISTED.entities);
}

/** `Mimikatz seen on ws5`: what happened and to whom. */
export function incidentTitle(alertTitle: string, mainEntity: string): string {
  const isNamed = alertTitle.toLowerCase().includes(mainEntity.toLowerCase());
  return (isNamed ? alertTitle : `${alertTitle} on ${mainEntity}`).slice(0, TITLE_CHARACTERS).toWellFormed();
}
