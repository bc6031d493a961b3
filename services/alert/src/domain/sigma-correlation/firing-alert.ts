import { isIP } from 'node:net';
import type { Observable } from '@soc/contracts';
import { canonicalField, type CorrelationRule, type Group, type WindowFiring } from '@soc/sigma';
import { observablesOf } from '../detection/event-observables.ts';
import { finishDraft } from '../normalise/finish-draft.ts';
import type { NormalisedAlert } from '../normalise/normalised-alert.ts';

/** A correlation that came true. */
export interface Firing extends WindowFiring {
  readonly rule: CorrelationRule;
  readonly group: Group;
}

/** The source of alerts that rules make. */
const SOURCE = 'sigma';

const TECHNIQUE = /^attack\.t\d{4}/i;
const OTHER_ATTACK_ID = /^attack\.[a-z]{1,2}\d{4}/i;

/** The alert a firing amounts to; `lastEvent` is NDJSON. The same rule and group are the same alert, however often it fires within the window. */
export function alertOfFiring(firing: Firing, receivedAt: Date, lastEvent?: string): NormalisedAlert | null {
  const { rule, group, at } = firing;
  const ofAttack = rule.tags.filter((tag) => /^attack\./i.test(tag));
  const others = ofAttack.filter((tag) => OTHER_ATTACK_ID.test(tag) && !TECHNIQUE.test(tag));
  const named = lastEvent === undefined ? undefined : observablesOf(JSON.parse(lastEvent), receivedAt);
  return finishDraft(
    {
      title: rule.title,
      description: [...(rule.description === undefined ? [] : [rule.description]), ...factsOf(firing)].join('\n'),
      severity: rule.level,
      ruleId: rule.id,
      ruleName: rule.title,
      externalId: null,
      observables: [
        ...group.values.flatMap((value, index) => observablesOfField(rule.groupBy[index] ?? '', value)),
        ...(named?.observables ?? []),
      ],
      extract: named?.texts ?? [],
      tactics: ofAttack
        .filter((tag) => !TECHNIQUE.test(tag) && !others.includes(tag))
        .map((tag) => tag.slice('attack.'.length)),
      techniques: ofAttack.filter((tag) => TECHNIQUE.test(tag)),
      tags: [...rule.tags.filter((tag) => !ofAttack.includes(tag)), ...others],
      occurredAt: new Date(at),
      resolved: false,
      fingerprint: [rule.id, group.key],
    },
    SOURCE,
    receivedAt,
  );
}

/** What stands in for the raw payload: which events it was, and the latest at hand as they were received. */
export const payloadOfFiring = (
  { rule, group, at, span, measured, eventIds, events }: Firing,
  texts: readonly string[] = [],
): string => {
  const facts = JSON.stringify({
    correlation: { ruleId: rule.id, type: rule.type, timespanMs: rule.timespanMs, rules: rule.rules },
    group: Object.fromEntries(rule.groupBy.map((name, index) => [name, group.values[index]])),
    window: { from: new Date(at - rule.timespanMs).toISOString(), to: new Date(at).toISOString(), span },
    measured,
    events,
    eventIds,
  });
  // Events may be nested deeper than `JSON.stringify` can go; as text they are JSON already.
  return `${facts.slice(0, -1)},"latest":[${texts.join(',')}]}`;
};

function factsOf({ rule, group, measured, events }: Firing): readonly string[] {
  const span = rule.timespanMs % 60_000 === 0 ? `${rule.timespanMs / 60_000} min` : `${rule.timespanMs / 1_000} s`;
  return [
    `${rule.type}: ${measured} in ${events} events within ${span}`,
    ...rule.groupBy.map((name, index) => `${name}: ${group.values[index] ?? ''}`),
  ];
}

const HOST =
  /^(?:computer|computername|host|hostname|host\.name|host\.hostname|workstation|workstationname|device|devicename)$/;
const USER = /(?:user|account)(?:name|id)?$|^user\.name$|principalname$/;
const DOMAIN = /(?:domain|queryname|query)$/;

/** Whom a field of `group-by` names, by the value where it is an address, else by the name of the field. */
function observablesOfField(name: string, value: string): readonly Observable[] {
  const field = canonicalField(name);
  if (isIP(value) > 0) return [{ type: 'ip', value, ...roleOf(field) }];
  if (HOST.test(field)) return [{ type: 'host', value }];
  if (USER.test(field)) return [{ type: 'user', value: value.slice(value.lastIndexOf('\\') + 1) }];
  if (DOMAIN.test(field) && value.includes('.')) return [{ type: 'domain', value }];
  return [];
}

function roleOf(field: string): { readonly role?: string } {
  if (/^(?:src|source|client|ipaddress|id\.orig)/.test(field)) return { role: 'source' };
  return /^(?:dst|dest|server|id\.resp)/.test(field) ? { role: 'destination' } : {};
}
