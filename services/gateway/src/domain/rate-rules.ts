import type { RateRule } from './gcra.ts';

/** Kinds of requests that are counted apart from one another, and shed in turn. */
export const TRAFFIC = ['login', 'ingest', 'search', 'general'] as const;
export type Traffic = (typeof TRAFFIC)[number];

/** Endpoints, by id, that are not general. */
export const TRAFFIC_OF: Readonly<Record<Exclude<Traffic, 'general'>, readonly string[]>> = {
  /** They take a secret that someone may be guessing, or begin what does. */
  login: [
    'login',
    'startOidcLogin',
    'exchangeOidcCode',
    'createServiceToken',
    'changeOwnPassword',
    'beginMfa',
    'confirmMfa',
    'disableMfa',
    'renewRecoveryCodes',
  ],
  /** What sensors send. */
  ingest: ['createAlert', 'bulkAlerts', 'receiveWebhook', 'ingestEvents', 'storeObject'],
  /** What costs the services much. */
  search: [
    'search',
    'queryMetric',
    'analyzeAlert',
    'importStix',
    'getIncidentGraph',
    'getEventJourney',
    'importRules',
    'testRule',
    'backtestRule',
  ],
};

const known = new Map(
  Object.entries(TRAFFIC_OF).flatMap(([traffic, ids]) => ids.map((id) => [id, traffic as Traffic])),
);

export const trafficOf = (endpointId: string | undefined): Traffic => known.get(endpointId ?? '') ?? 'general';

/** How much each may send. */
export interface RateRules {
  /** Of one principal, or of one address without one. */
  readonly caller: Readonly<Record<Exclude<Traffic, 'login'>, RateRule>>;
  /** Of all principals of one tenant together. */
  readonly tenant: RateRule;
  /** Of all principals of a tenant that come from one address. */
  readonly address: RateRule;
  /** Of one address, whoever it claims to be. */
  readonly login: RateRule;
  /** API keys from one address that are not known here and must be asked for. */
  readonly keys: RateRule;
}

/** One count that a request goes into. */
export interface Counted {
  readonly rule: RateRule;
  /** Under which name. What lies in braces is on one node of a Redis Cluster: all counts of a request share it. */
  readonly key: string;
}

/** All the counts that a request goes into. */
export interface Counts {
  /** Names them all: requests with the same counts share it. */
  readonly key: string;
  readonly list: readonly Counted[];
}

interface Caller {
  readonly tenantId: string;
  readonly kind: string;
  readonly subject: string;
}

const counted = (rule: RateRule, place: string, caller: string): Counted => ({
  rule,
  key: `{${place}}:${rule.name}:${caller}`,
});

const all = (list: readonly Counted[]): Counts => ({ key: list.map(({ key }) => key).join(' '), list });

/**
 * The counts of a request; `address` is what a client has one of, of IPv6 a network. A guess counts against it, even when a
 * token comes along.
 */
export function countsOf(traffic: Traffic, caller: Caller | undefined, address: string, rules: RateRules): Counts {
  if (traffic === 'login') return all([counted(rules.login, address, '')]);
  if (!caller) return all([counted(rules.caller[traffic], address, '')]);
  const { tenantId, kind, subject } = caller;
  return all([
    counted(rules.caller[traffic], tenantId, `${kind}:${subject}`),
    counted(rules.tenant, tenantId, ''),
    counted(rules.address, tenantId, address),
  ]);
}

/** The count of an API key that is not known here: a client that guesses keys must not keep auth busy. */
export const keyCountsOf = (address: string, rules: RateRules): Counts => all([counted(rules.keys, address, '')]);
