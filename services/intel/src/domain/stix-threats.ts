import { StixNamed, StixObject, StixRelationship } from './stix-object.ts';

/** What an indicator may indicate, the most telling first. */
const PRECEDENCE = ['malware', 'tool', 'threat-actor', 'intrusion-set', 'campaign', 'infrastructure', 'attack-pattern'];

const rank = (id: string): number => {
  const at = PRECEDENCE.indexOf(id.slice(0, id.indexOf('--')));
  return at === -1 ? PRECEDENCE.length : at;
};

/** The names of a bundle's threats by the id of the indicator that indicates them, by its relationships. */
export function threatsOfIndicators(objects: readonly unknown[]): ReadonlyMap<string, string> {
  const names = new Map(
    objects.flatMap((object) => {
      const named = StixNamed.safeParse(object);
      return named.success ? [[named.data.id, named.data.name] as const] : [];
    }),
  );
  const targets = new Map<string, string>();
  for (const object of objects) {
    if (StixObject.safeParse(object).data?.type !== 'relationship') continue;
    const { data: relationship } = StixRelationship.safeParse(object);
    if (relationship?.relationship_type !== 'indicates' || !names.has(relationship.target_ref)) continue;
    const { source_ref: source, target_ref: target } = relationship;
    const known = targets.get(source);
    if (known === undefined || rank(target) < rank(known)) targets.set(source, target);
  }
  return new Map([...targets].map(([source, target]) => [source, names.get(target) ?? '']));
}
