import { severityRank } from '@soc/contracts';
import type { Candidate } from './match-rules.ts';

/** A wish to speak: of one rule, to one channel, about one subject. */
export interface Turn {
  readonly ruleId: string;
  readonly channelId: string;
  readonly subject: string;
  readonly severityRank: number;
  /** When, if this turn is granted, the next one may be. */
  readonly freeAt: string;
}

export interface Decided extends Candidate {
  readonly isSuppressed: boolean;
}

const keyOf = ({ ruleId, channelId, subject }: Pick<Turn, 'ruleId' | 'channelId' | 'subject'>): string =>
  `${ruleId}/${channelId}/${subject}`;

const turnKeyOf = ({ rule, channel, fact }: Candidate): string =>
  keyOf({ ruleId: rule.id, channelId: channel.id, subject: fact.throttleSubject });

const rankOf = ({ fact: { message } }: Candidate): number =>
  message.severity === null ? 0 : severityRank(message.severity);

/** Of several messages that would share a turn the most severe one speaks; among equals the latest, which knows most. */
function speakers(candidates: readonly Candidate[]): ReadonlyMap<string, Candidate> {
  const chosen = new Map<string, Candidate>();
  for (const candidate of candidates.filter(({ rule }) => rule.throttleS > 0)) {
    const rival = chosen.get(turnKeyOf(candidate));
    if (!rival || rankOf(candidate) >= rankOf(rival)) chosen.set(turnKeyOf(candidate), candidate);
  }
  return chosen;
}

/** The turns to ask for, in one order for all, so that simultaneous batches never wait for each other in a circle. */
export const turnsOf = (candidates: readonly Candidate[], at: Date): readonly Turn[] =>
  [...speakers(candidates)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, candidate]) => ({
      ruleId: candidate.rule.id,
      channelId: candidate.channel.id,
      subject: candidate.fact.throttleSubject,
      severityRank: rankOf(candidate),
      freeAt: new Date(at.getTime() + candidate.rule.throttleS * 1_000).toISOString(),
    }));

/** Who may speak, once it is known which turns were granted. A rule without a throttle always may. */
export function decideTurns(
  candidates: readonly Candidate[],
  granted: readonly Pick<Turn, 'ruleId' | 'channelId' | 'subject'>[],
): readonly Decided[] {
  const chosen = speakers(candidates);
  const grantedKeys = new Set(granted.map(keyOf));
  return candidates.map((candidate) => {
    const key = turnKeyOf(candidate);
    const maySpeak = candidate.rule.throttleS === 0 || (chosen.get(key) === candidate && grantedKeys.has(key));
    return { ...candidate, isSuppressed: !maySpeak };
  });
}
