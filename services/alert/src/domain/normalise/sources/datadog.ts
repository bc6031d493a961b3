import type { Observable } from '@soc/contracts';
import { type JsonObject, textsAt } from '../json-path.ts';
import { observable } from '../read-draft.ts';
import type { VendorMapping } from '../vendor-mapping.ts';
import { wellKnownField } from '../well-known-observables.ts';

/** Where a security signal's own fields stand: in the API's answer and in a notification. */
const inSignal = (...names: readonly string[]): string[] =>
  ['attributes.attributes', 'attributes.custom', 'attributes', 'custom'].flatMap((prefix) =>
    names.map((name) => `${prefix}.${name}`),
  );

const tagPaths = ['tags', 'attributes.tags'];

/**
 * Datadog's monitor webhook (the default body and the usual variables beside it) and security signals. Fingerprint: the
 * monitor or rule and its scope; where only a title tells, the part without the `[Triggered]` that tells the state.
 */
export const datadog: VendorMapping = {
  fields: {
    title: { paths: ['title', 'alert_title', ...inSignal('title', 'workflow.rule.name'), 'rule.name'] },
    description: { paths: ['body', 'text_only_msg', 'message', 'attributes.message'] },
    severity: {
      paths: [
        ...inSignal('severity', 'status'),
        'severity',
        'alert_priority',
        'priority',
        'alert_transition',
        'alert_type',
      ],
      table: {
        p1: 'critical',
        p2: 'high',
        p3: 'medium',
        p4: 'low',
        p5: 'informational',
        recovered: 'informational',
        success: 'informational',
      },
      default: 'medium',
    },
    ruleId: { paths: ['alert_id', 'monitor_id', ...inSignal('workflow.rule.id')] },
    ruleName: { paths: ['alert_title', 'monitor_name', ...inSignal('workflow.rule.name')] },
    externalId: { paths: ['id', 'event_id'] },
    occurredAt: { paths: ['date', 'last_updated', 'attributes.timestamp', 'timestamp'] },
    resolved: { paths: ['alert_transition', 'alert_status', 'transition'], values: ['recovered', 'ok'] },
    observables: [
      { type: 'host', paths: ['hostname', 'host', 'attributes.host'] },
      { type: 'ip', paths: inSignal('network.client.ip'), role: 'source' },
      { type: 'user', paths: inSignal('usr.id', 'usr.name') },
      { type: 'email', paths: inSignal('usr.email') },
    ],
    extract: ['body', 'message', 'attributes.message'],
    fingerprint: [['alert_id', 'monitor_id', ...inSignal('workflow.rule.id'), 'aggreg_key'], 'alert_scope', 'hostname'],
  },
  refine: (draft, document) => {
    const tags = tagsOf(document);
    const rule = draft.ruleId === null ? withoutState(draft.title) : '';
    return {
      tags,
      observables: [...draft.observables, ...tags.flatMap(taggedObservable)],
      tactics: tags.flatMap((tag) => valueOf(tag, 'tactic')),
      techniques: tags.flatMap((tag) => valueOf(tag, 'technique')),
      fingerprint: [...draft.fingerprint, rule, ...tags.filter((tag) => tag.startsWith('host:'))],
      resolved: draft.resolved || /^\[Recovered\b/.test(draft.title ?? ''),
    };
  },
};

/** Tags come as a list or joined by commas. */
const tagsOf = (document: JsonObject): readonly string[] =>
  textsAt(document, tagPaths).flatMap((text) => text.split(',').map((tag) => tag.trim()));

function taggedObservable(tag: string): readonly Observable[] {
  const colon = tag.indexOf(':');
  const field = wellKnownField(tag.slice(0, Math.max(colon, 0)));
  return field && colon < tag.length - 1 ? [observable(field.type, tag.slice(colon + 1), field.role)] : [];
}

/** `tactic:TA0001-initial-access` is written with the id before the name. */
const valueOf = (tag: string, name: string): readonly string[] =>
  tag.startsWith(`${name}:`) ? [tag.slice(name.length + 1).replace(/^(TA?\d{4}(?:\.\d{3})?)-.*$/, '$1')] : [];

const withoutState = (title: string | null): string => (title ?? '').replace(/^(?:\[[^\]]{1,200}\] ?){1,3}/, '');
