import type { Severity } from '@soc/contracts';
import { tacticName } from '../normalise/attack.ts';
import { finishDraft } from '../normalise/finish-draft.ts';
import type { NormalisedAlert } from '../normalise/normalised-alert.ts';
import { observablesOf } from './event-observables.ts';
import { isPlausibleTime } from './event-time.ts';

/** The source of alerts that rules make. */
const SOURCE = 'sigma';

/** What an alert takes from a match of a rule and an event. */
export interface MatchFacts {
  readonly ruleId: string;
  readonly title: string;
  readonly level: Severity;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly evidence: readonly { readonly field: string; readonly value: string }[];
  readonly timeMs: number | undefined;
}

const TECHNIQUE = /^attack\.t\d{4}/i;
/** ATT&CK groups, software and the rest that is no tactic: `attack.g0016`, `attack.s0002`. */
const OTHER_ID = /^attack\.[a-z]{1,2}\d{4}/i;

/** The alert that a match amounts to. The same rule and the same hosts, users, addresses and domains are the same alert. */
export function alertOfMatch(match: MatchFacts, event: unknown, receivedAt: Date): NormalisedAlert | null {
  const { tags, title, description, evidence, timeMs } = match;
  const { observables, texts } = observablesOf(event, receivedAt);
  const ofAttack = tags.filter((tag) => /^attack\./i.test(tag));
  const because = evidence.map(({ field, value }) => `${field}: ${value}`);
  const isPlausible = timeMs !== undefined && isPlausibleTime(timeMs, receivedAt.getTime());
  return finishDraft(
    {
      title,
      description: [...(description === null ? [] : [description]), ...because].join('\n'),
      severity: match.level,
      ruleId: match.ruleId,
      ruleName: title,
      externalId: null,
      observables,
      extract: texts,
      tactics: ofAttack
        .filter((tag) => !TECHNIQUE.test(tag) && !OTHER_ID.test(tag))
        .map((tag) => tacticName(tag.slice('attack.'.length))),
      techniques: ofAttack.filter((tag) => TECHNIQUE.test(tag)),
      tags: tags.filter((tag) => !ofAttack.includes(tag) || OTHER_ID.test(tag)),
      occurredAt: isPlausible ? new Date(timeMs) : timeMs === undefined ? 'absent' : 'unreadable',
      resolved: false,
      fingerprint: [],
    },
    SOURCE,
    receivedAt,
  );
}
