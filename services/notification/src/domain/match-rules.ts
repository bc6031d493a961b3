import { type Severity, severityRank } from '@soc/contracts';
import type { ChannelKind } from '@soc/contracts/notification/channels';
import type { NotifiableEvent } from '@soc/contracts/notification/rules';
import type { Fact } from './fact.ts';

/** A rule that is switched on, with those of its channels that are. */
export interface ActiveRule {
  readonly id: string;
  readonly tenantId: string;
  readonly events: readonly NotifiableEvent[];
  readonly minSeverity: Severity;
  readonly throttleS: number;
  readonly channels: readonly { readonly id: string; readonly kind: ChannelKind }[];
}

/** A fact that a rule wants told to one of its channels. */
export interface Candidate {
  readonly fact: Fact;
  readonly rule: ActiveRule;
  readonly channel: ActiveRule['channels'][number];
}

const applies = (rule: ActiveRule, { tenantId, message }: Fact): boolean =>
  rule.tenantId === tenantId &&
  rule.events.includes(message.type) &&
  (message.severity === null || severityRank(message.severity) >= severityRank(rule.minSeverity));

/** Every message the rules ask for, one per fact, rule and channel. */
export const matchRules = (facts: readonly Fact[], rules: readonly ActiveRule[]): readonly Candidate[] =>
  facts.flatMap((fact) =>
    rules
      .filter((rule) => applies(rule, fact))
      .flatMap((rule) => rule.channels.map((channel) => ({ fact, rule, channel }))),
  );
