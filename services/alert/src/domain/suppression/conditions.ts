import { BlockList, isIP } from 'node:net';
import type { Alert, Observable } from '@soc/contracts';
import type { ObservableCondition, SuppressionConditions } from '@soc/contracts/alert/suppressions';
import { compileWildcard, type Spent } from './wildcard.ts';

/** What conditions look at: of an alert on its way in as of a stored one. */
export type Suppressible = Pick<
  { readonly [Field in keyof Alert]: Alert[Field] extends readonly (infer Item)[] ? readonly Item[] : Alert[Field] },
  'source' | 'ruleId' | 'ruleName' | 'title' | 'severity' | 'tags' | 'techniques' | 'observables'
>;

type Test<Subject> = (subject: Subject) => boolean;

const NETWORK = /^([\da-f.:]+)\/(\d{1,3})$/i;

/** The addresses of a network, where a text is one. */
function networkOf(text: string): Test<string> | undefined {
  const [, address = '', prefix = ''] = NETWORK.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(prefix) > (family === 4 ? 32 : 128)) return undefined;
  const network = new BlockList();
  network.addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return (value) => {
    const kind = isIP(value);
    return kind !== 0 && network.check(value, kind === 4 ? 'ipv4' : 'ipv6');
  };
}

function observableTest({ type, role, value }: ObservableCondition, spent: Spent): Test<Observable> {
  const isLike = compileWildcard(value);
  const isInNetwork = type === undefined || type === 'ip' ? networkOf(value) : undefined;
  return (observable) =>
    (type === undefined || observable.type === type) &&
    (role === undefined || observable.role === role) &&
    (isInNetwork && observable.type === 'ip' ? isInNetwork(observable.value) : isLike(observable.value, spent));
}

const covers = (technique: string, named: string): boolean => named === technique || named.startsWith(`${technique}.`);

/** Steps that a batch of alerts may spend on patterns that are tried again and again: some ten milliseconds. */
export const PATTERN_STEPS = 2_000_000;

/** Whether an alert meets conditions: all fields that are given, one entry of each list, every observable. What `spent` no longer allows is not met. */
export function conditionsTest(
  conditions: SuppressionConditions,
  spent: Spent = { left: PATTERN_STEPS },
): Test<Suppressible> {
  const { source, ruleId, ruleName, title, severity, tags, techniques, observables } = conditions;
  const observableTests = observables?.map((one) => observableTest(one, spent)) ?? [];
  const isOneOf = (list: readonly string[] | undefined, value: string | null): boolean =>
    list === undefined || (value !== null && list.includes(value));
  const likeAny = (patterns: readonly string[] | undefined): Test<string | null> => {
    const tests = patterns?.map(compileWildcard);
    return (value) => tests === undefined || (value !== null && tests.some((isLike) => isLike(value, spent)));
  };
  const [hasTitle, hasRuleName] = [likeAny(title), likeAny(ruleName)];
  return (alert) =>
    isOneOf(source, alert.source) &&
    isOneOf(ruleId, alert.ruleId) &&
    isOneOf(severity, alert.severity) &&
    (tags === undefined || alert.tags.some((tag) => tags.includes(tag))) &&
    (techniques === undefined || alert.techniques.some((named) => techniques.some((one) => covers(one, named)))) &&
    hasTitle(alert.title) &&
    hasRuleName(alert.ruleName) &&
    observableTests.every((test) => alert.observables.some(test));
}
