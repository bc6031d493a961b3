import type { EndpointSpec } from '@soc/contracts';
import { AuditAction } from '@soc/contracts/auth/audit-events';
import { endpoints } from '@soc/contracts/endpoints';
import { expect, test } from 'vitest';
import { textOf } from './sources.ts';

/** What changes nothing that an auditor asks for, and why. A 401 or 403 is recorded on these too. */
const NOT_AUDITED: Readonly<Record<string, string>> = {
  createAlert: 'alerts are the work, each with its own timeline',
  bulkAlerts: 'as above',
  receiveWebhook: 'as above',
  ingestEvents: 'as above',
  testRule: 'a question',
  backtestRule: 'a question',
  updateAlert: 'triage is in the timeline of the alert',
  giveVerdict: 'as above',
  addComment: 'as above',
  updateIncident: 'work on an incident is in its timeline',
  mergeIncidents: 'as above',
  splitIncident: 'as above',
  undoReshaping: 'as above',
  previewSuppression: 'a question',
  analyzeAlert: 'asks for an analysis, which is kept with who asked',
  recordFeedback: 'an opinion on an analysis, which is kept with who gave it',
  matchObservables: 'a question',
  extractObservables: 'a question',
  startUpload: 'it is evidence once it is completed, which is recorded',
  putUploadPart: 'as above',
  verifyObject: 'an entry of the chain of custody',
  retryDelivery: 'sends again what was to be sent',
};

interface RecordedByRoute {
  /** Why the contract does not name the action. */
  readonly why: string;
  /** The route, and the call in it that makes the record. */
  readonly route: string;
  readonly call: string;
  /** The test that has seen the record. */
  readonly test: string;
  readonly action: string;
}

const whoIsKnownAfterwards = {
  why: 'who it was is known only once it is done, and it is recorded in the transaction that opens the session',
  action: 'login.attempt',
};
const operatorsOrder = {
  why: 'one endpoint does things that have names of their own, to an instance or a whole service',
  test: 'services/gateway/src/operate-upstreams.test.ts',
};

/** Recorded by their routes, which know more than the contract does. */
const RECORDED_BY_ROUTE: Readonly<Record<string, RecordedByRoute>> = {
  login: {
    ...whoIsKnownAfterwards,
    route: 'services/auth/src/routes/login.ts',
    call: 'onOpened: audit.opened',
    test: 'services/auth/src/routes/audited-accounts.test.ts',
  },
  exchangeOidcCode: {
    ...whoIsKnownAfterwards,
    route: 'services/auth/src/routes/exchange-oidc-code.ts',
    call: 'await audit.opened(tx, account)',
    test: 'services/auth/src/routes/oidc-login.test.ts',
  },
  setInstanceDraining: {
    ...operatorsOrder,
    route: 'services/gateway/src/routes/set-instance-draining.ts',
    call: 'await recordAct(audit, caller, { action, ',
    action: 'instance.drain',
  },
  setInstanceBreaker: {
    ...operatorsOrder,
    route: 'services/gateway/src/routes/set-instance-breaker.ts',
    call: "await recordAct(audit, caller, { action: 'breaker.order', ...params,",
    action: 'breaker.order',
  },
  setServiceBreaker: {
    ...operatorsOrder,
    route: 'services/gateway/src/routes/set-service-breaker.ts',
    call: "await recordAct(audit, caller, { action: 'breaker.order', service,",
    action: 'breaker.order',
  },
};

const writes = endpoints.filter(({ method }) => method !== 'GET');

test.each(writes)('$id names its action for the audit trail, or is known to need none', (spec: EndpointSpec) => {
  const ways = [spec.audit !== undefined, spec.id in NOT_AUDITED, spec.id in RECORDED_BY_ROUTE].filter(Boolean);
  expect(ways, `give ${spec.id} an \`audit\` in its contract, or else say here once why it has none`).toHaveLength(1);
});

test.each(endpoints.filter(({ audit }) => audit !== undefined))('the action of $id is well formed', ({ audit }) => {
  expect(AuditAction.safeParse(audit).success).toBe(true);
});

test('nothing is excused that is not there', () => {
  const ids = writes.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining([...Object.keys(NOT_AUDITED), ...Object.keys(RECORDED_BY_ROUTE)]));
});

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');

test.each(Object.entries(RECORDED_BY_ROUTE))('%s is recorded by its route, and a test has seen it', (id, entry) => {
  const route = withoutComments(textOf(entry.route));
  expect(route).toMatch(new RegExp(`route\\(${id}\\b`, 'i'));
  expect(route).toContain(entry.call);
  expect(withoutComments(textOf(entry.test))).toContain(`'${entry.action}'`);
});

test('what takes data out of the fleet is audited', () => {
  const exports = endpoints.filter(({ url, method }) => method === 'GET' && /\/(?:export|content)\b/.test(url));
  expect(exports.map(({ id }) => id)).not.toEqual([]);
  expect(exports.filter(({ audit }) => audit === undefined).map(({ id }) => id)).toEqual([]);
});
