import type { NormalisedAlert } from '../normalise/normalised-alert.ts';

/** What raises alerts about the fleet's own senders. */
const SOURCE = 'soc';

const RULE = 'silent-source';

/** Tells that a source which had sent events has stopped. A sensor that is cut off is as good as blind. */
export const silenceAlert = (
  { source, lastSeenAt }: { readonly source: string; readonly lastSeenAt: string },
  at: Date,
): NormalisedAlert => ({
  title: `No more events from ${source}`.slice(0, 500).toWellFormed(),
  description: `The last event of this source arrived at ${lastSeenAt}. It may be down, cut off, or silenced by an attacker.`,
  severity: 'medium',
  source: SOURCE,
  ruleId: RULE,
  ruleName: 'Silent event source',
  externalId: null,
  observables: [],
  tactics: [],
  techniques: [],
  tags: ['silent-source'],
  occurredAt: at.toISOString(),
  resolved: false,
  fingerprintParts: [RULE, source],
});
