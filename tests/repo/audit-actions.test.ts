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
  updateAlert: 'triage is in the timeline of the alert',
  giveVerdict: 'as above',
  addComment: 'as above',
  updateIncident: 'work on an incident is in its timeline',
  mergeIncidents: 'as above',
  splitIncident: 'as above',
  analyzeAlert: 'asks for an analysis, which is kept with who asked',
  recordFeedback: 'an opinion on an analysis, which is kept with who gave it',
  matchObservables: 'a question',
  extractObservables: 'a question',
  verifyObject: 'an entry of the chain of custody',
  retryDelivery: 'sends again what was to be sent',
};

/** Recorded by their routes, which know more than the contract does. */
const RECORDED_BY_ROUTE: Readonly<Record<string, string>> = {
  login: 'services/auth/src/routes/login.ts',
  exchangeOidcCode: 'services/auth/src/routes/exchange-oidc-code.ts',
  setInstanceDraining: 'services/gateway/src/routes/set-instance-draining.ts',
  setInstanceBreaker: 'services/gateway/src/routes/set-instance-breaker.ts',
  setServiceBreaker: 'services/gateway/src/routes/set-service-breaker.ts',
};

const writes = endpoints.filter(({ method }) => method !== 'GET');

test.each(writes)('$id names its action for the audit trail, or is known to need none', (spec: EndpointSpec) => {
  const isNamed = spec.audit !== undefined || spec.id in NOT_AUDITED || spec.id in RECORDED_BY_ROUTE;
  expect(isNamed, `give ${spec.id} an \`audit\` in its contract, or say here why it has none`).toBe(true);
});

test.each(endpoints.filter(({ audit }) => audit !== undefined))('the action of $id is well formed', ({ audit }) => {
  expect(AuditAction.safeParse(audit).success).toBe(true);
});

test.each(Object.entries(RECORDED_BY_ROUTE))('%s is recorded by its route', (_id, file) => {
  expect(textOf(file)).toMatch(/\baudit\b/);
});

test('what takes data out of the fleet is audited', () => {
  const exports = endpoints.filter(({ url, method }) => method === 'GET' && /\/(?:export|content)\b/.test(url));
  expect(exports.map(({ id }) => id)).not.toEqual([]);
  expect(exports.filter(({ audit }) => audit === undefined).map(({ id }) => id)).toEqual([]);
});
