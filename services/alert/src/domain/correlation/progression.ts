import { type Severity, severityRank } from '@soc/contracts';
import type { IncidentScore, ProgressionStep } from '@soc/contracts/alert/incidents';

/** ATT&CK enterprise tactics in the order in which an intrusion goes through them, by short name. */
const ORDER = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
];

const rankOf = new Map(ORDER.map((tactic, rank) => [tactic, rank]));

/** A member of an incident that names tactics. */
export interface TacticalMember {
  readonly alertId: string;
  readonly title: string;
  readonly occurredAt: string;
  readonly severity: Severity;
  readonly tactics: readonly string[];
}

type Chain = readonly ProgressionStep[];

/** Of several alerts at one time the same one is named whatever order they arrived in. */
const byTitle = (a: TacticalMember, b: TacticalMember): number =>
  a.title === b.title ? (a.alertId < b.alertId ? -1 : 1) : a.title < b.title ? -1 : 1;

function longest(chains: readonly (Chain | undefined)[]): Chain {
  return chains.reduce<Chain>((best, chain) => (chain && chain.length > best.length ? chain : best), []);
}

/**
 * The longest series of members in which tactics come in the order of ATT&CK, by event time: how far the story has got. What
 * happened at the same time is one step. Depends on the members alone, not on the order in which they arrived.
 */
export function progressionOf(members: readonly TacticalMember[]): Chain {
  const best: (Chain | undefined)[] = ORDER.map(() => undefined);
  const moments = Map.groupBy(members, ({ occurredAt }) => occurredAt);
  for (const at of [...moments.keys()].toSorted()) {
    const before = [...best];
    for (const { alertId, title, tactics } of (moments.get(at) ?? []).toSorted(byTitle)) {
      for (const tactic of tactics) {
        const rank = rankOf.get(tactic);
        if (rank === undefined) continue;
        const earlier = longest(before.slice(0, rank));
        if (earlier.length + 1 > (best[rank]?.length ?? 0)) best[rank] = [...earlier, { tactic, at, alertId, title }];
      }
    }
  }
  return longest(best);
}

const SEVERITY_POINTS: readonly number[] = [0, 15, 35, 60, 80];
const STEP_POINTS = 5;
const MOST_STEP_POINTS = 20;

/** How much an incident asks for attention, 0 to 100, and why: its worst alert, and how far it has got through the tactics. */
export function scoreOf(severity: Severity, progression: Chain): IncidentScore {
  const points = SEVERITY_POINTS[severityRank(severity)] ?? 0;
  const steps = Math.min(MOST_STEP_POINTS, Math.max(0, progression.length - 1) * STEP_POINTS);
  const reasons = [{ points, explanation: `severity ${severity}` }];
  if (steps > 0) {
    const path = progression.map(({ tactic }) => tactic).join(' → ');
    reasons.push({ points: steps, explanation: `${progression.length} tactics in the order of ATT&CK: ${path}` });
  }
  return { value: points + steps, reasons };
}
