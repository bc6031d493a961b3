import type { Alert } from '@soc/contracts';
import type { GraphNode, IncidentGraph } from '@soc/contracts/alert/incident-work';
import { entitiesOf } from './entity.ts';

/** Members as nodes, with the entities that at least two of them name. */
export function incidentGraph(members: readonly Alert[], truncated: boolean): IncidentGraph {
  const named = members.map((alert) => ({ alert, entities: entitiesOf(alert) }));
  const counts = new Map<string, number>();
  for (const { key } of named.flatMap(({ entities }) => entities)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const isShared = ({ key }: { readonly key: string }): boolean => (counts.get(key) ?? 0) > 1;

  const entityNodes = new Map<string, GraphNode>();
  for (const { key, type, value } of named.flatMap(({ entities }) => entities.filter(isShared))) {
    entityNodes.set(key, { id: key, kind: 'entity', label: value, type, value });
  }
  return {
    nodes: [
      ...members.map(({ id, title, severity, occurredAt }): GraphNode => ({
        id,
        kind: 'alert',
        label: title,
        alertId: id,
        severity,
        at: occurredAt,
      })),
      ...entityNodes.values(),
    ],
    edges: named.flatMap(({ alert, entities }) =>
      entities.filter(isShared).map(({ key, type, value }) => ({
        source: alert.id,
        target: key,
        role: alert.observables.find((one) => one.type === type && one.value === value)?.role ?? null,
      })),
    ),
    truncated,
  };
}
