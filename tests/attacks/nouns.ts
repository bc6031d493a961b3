import { GetAnalysis } from '@soc/contracts/ai/analysis';
import { CreateAsset } from '@soc/contracts/ai/asset';
import { PutDeduplication } from '@soc/contracts/alert/deduplication';
import { CreateAlert } from '@soc/contracts/alert/ingest';
import { ListIncidents } from '@soc/contracts/alert/incidents';
import { PutMapping } from '@soc/contracts/alert/mappings';
import { CreateSuppression } from '@soc/contracts/alert/suppressions';
import { ImportRules } from '@soc/contracts/alert/rule-import';
import { CreateApiKey } from '@soc/contracts/auth/api-keys';
import { CreateIdentityProvider } from '@soc/contracts/auth/identity-providers';
import { CreateRole } from '@soc/contracts/auth/roles';
import { ListSessions } from '@soc/contracts/auth/sessions';
import { CreateUser } from '@soc/contracts/auth/users';
import { CreateIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { GetEnrichment } from '@soc/contracts/intel/lookup';
import { CreateWarninglist } from '@soc/contracts/intel/warninglist';
import { CreateChannel } from '@soc/contracts/notification/channels';
import { ListDeliveries } from '@soc/contracts/notification/deliveries';
import { CreateNotificationRule } from '@soc/contracts/notification/rules';
import { ImportPlaybook } from '@soc/contracts/response/playbooks';
import { StartRun } from '@soc/contracts/response/runs';
import { CreateTrigger } from '@soc/contracts/response/triggers';
import { StoreObject } from '@soc/contracts/storage/objects';
import { CreateSavedSearch } from '@soc/contracts/storage/saved-searches';
import { StartUpload } from '@soc/contracts/storage/uploads';
import type { FleetClient } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { containmentPlaybook } from '../support/containment-playbook.ts';

const BY = { deadlineMs: 60_000, everyMs: 200 };

const alert = (title: string) => ({
  title,
  severity: 'high' as const,
  source: 'attacked',
  occurredAt: new Date().toISOString(),
  observables: [
    { type: 'host' as const, value: 'attacked-07.corp.example' },
    { type: 'ip' as const, value: '203.0.113.77', role: 'destination' },
  ],
});

/** What the objects of the tenant under attack are made from, one after another; later ones stand on earlier ones. */
export interface Belongings {
  readonly alertId: string;
  readonly incidentId: string;
  readonly playbookId: string;
  readonly channelId: string;
  readonly deliveryId: string;
}

/** Two alerts that correlate, a playbook, and a rule that tells of the alerts by a channel which leads nowhere. */
export async function makeBelongings(client: FleetClient): Promise<Belongings> {
  const channel = await client.call(CreateChannel, {
    body: {
      kind: 'webhook',
      name: 'attacked',
      settings: { url: 'http://127.0.0.1:9/hook', secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
    },
  });
  await client.call(CreateNotificationRule, {
    body: { name: 'attacked', events: ['alert.created'], minSeverity: 'informational', channelIds: [channel.id] },
  });
  const playbook = await client.call(ImportPlaybook, { body: containmentPlaybook({ host: '203.0.113.2', port: 80 }) });
  const { id: alertId } = await client.call(CreateAlert, { body: alert('Encoded PowerShell') });
  await client.call(CreateAlert, { body: alert('Beacon to a known server') });
  const incident = await waitFor(async () => {
    const { items } = await client.call(ListIncidents, { query: { entity: 'attacked-07.corp.example' } });
    return items[0];
  }, BY);
  const delivery = await waitFor(async () => (await client.call(ListDeliveries, { query: {} })).items[0], BY);
  return {
    alertId,
    incidentId: incident.id,
    playbookId: playbook.id,
    channelId: channel.id,
    deliveryId: delivery.id,
  };
}

type Maker = (client: FleetClient, belongings: Belongings) => Promise<string>;

/**
 * How to make one of everything that a tenant may own, by the part of the URL that names it. A new noun in the contracts
 * needs its line here.
 */
export const makers: Readonly<Record<string, Maker>> = {
  '/api/v1/auth/sessions/:id': async (client) => {
    const { items } = await client.call(ListSessions);
    return items[0]?.id ?? '';
  },
  '/api/v1/auth/users/:id': async (client) => {
    const body = {
      email: 'attacked@example.org',
      displayName: 'Attacked',
      roles: ['viewer' as const],
      password: 'a password of some length 17',
    };
    return (await client.call(CreateUser, { body })).id;
  },
  '/api/v1/auth/roles/:name': async (client) =>
    (await client.call(CreateRole, { body: { name: 'attacked', permissions: ['alerts:read'] } })).name,
  '/api/v1/auth/identity-providers/:id': async (client) => {
    const body = { slug: 'attacked', name: 'attacked', issuer: 'https://8.8.8.8', clientId: 'x', enabled: false };
    return (await client.call(CreateIdentityProvider, { body })).id;
  },
  '/api/v1/auth/api-keys/:id': async (client) =>
    (await client.call(CreateApiKey, { body: { name: 'attacked', permissions: ['alerts:read'] } })).id,
  '/api/v1/alerts/mappings/:name': async (client) => {
    const body = { title: { paths: ['title'] } };
    return (await client.call(PutMapping, { params: { name: 'attacked' }, body })).name;
  },
  '/api/v1/alerts/deduplication/:source': async (client) => {
    const body = { fingerprint: ['title' as const] };
    return (await client.call(PutDeduplication, { params: { source: 'attacked' }, body })).source;
  },
  '/api/v1/alerts/suppressions/:id': async (client) => {
    const body = {
      name: 'attacked',
      reason: 'to be attacked',
      conditions: { title: ['attacked by nobody'] },
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    };
    return (await client.call(CreateSuppression, { body })).id;
  },
  '/api/v1/alerts/rules/:id': async (client) => {
    const body =
      'title: Attacked\nid: 00000000-0000-4000-8000-00000000a77a\nlogsource:\n  product: attacked\ndetection:\n  sel:\n    field: value\n  condition: sel\n';
    const { documents } = await client.call(ImportRules, { body });
    return documents[0]?.id ?? '';
  },
  '/api/v1/alerts/:id': (_, { alertId }) => Promise.resolve(alertId),
  '/api/v1/incidents/:id': (_, { incidentId }) => Promise.resolve(incidentId),
  '/api/v1/ai/analyses/:alertId': async (client, { alertId }) =>
    (await waitFor(() => client.call(GetAnalysis, { params: { alertId } }), BY)).alertId,
  '/api/v1/ai/assets/:id': async (client) =>
    (await client.call(CreateAsset, { body: { type: 'host', pattern: 'attacked-*', value: 50 } })).id,
  '/api/v1/intel/indicators/:id': async (client) =>
    (await client.call(CreateIndicator, { body: { type: 'domain', value: 'attacked.example' } })).id,
  '/api/v1/intel/enrichments/:alertId': async (client, { alertId }) =>
    (await waitFor(() => client.call(GetEnrichment, { params: { alertId } }), BY)).alertId,
  '/api/v1/intel/warninglists/:id': async (client) =>
    (await client.call(CreateWarninglist, { body: { name: 'attacked', type: 'hostname', list: ['attacked.example'] } }))
      .id,
  '/api/v1/response/playbooks/:id': (_, { playbookId }) => Promise.resolve(playbookId),
  '/api/v1/response/triggers/:id': async (client, { playbookId }) =>
    (
      await client.call(CreateTrigger, {
        body: { name: 'attacked', playbookId, on: 'incident.created', enabled: false },
      })
    ).id,
  '/api/v1/response/runs/:id': async (client, { playbookId }) =>
    (await client.call(StartRun, { body: { playbookId, dryRun: true } })).id,
  '/api/v1/notifications/channels/:id': (_, { channelId }) => Promise.resolve(channelId),
  '/api/v1/notifications/rules/:id': async (client, { channelId }) => {
    const body = {
      name: 'attacked too',
      events: ['incident.updated' as const],
      channelIds: [channelId],
      enabled: false,
    };
    return (await client.call(CreateNotificationRule, { body })).id;
  },
  '/api/v1/notifications/deliveries/:id': (_, { deliveryId }) => Promise.resolve(deliveryId),
  '/api/v1/storage/uploads/:id': async (client) =>
    (await client.call(StartUpload, { body: { filename: 'attacked.bin', sizeBytes: 1 } })).id,
  '/api/v1/storage/objects/:id': async (client, { alertId }) => {
    const body = '"evidence"' as never;
    return (await client.call(StoreObject, { query: { filename: 'attacked.bin', alertId }, body })).id;
  },
  '/api/v1/storage/saved-searches/:id': async (client) =>
    (await client.call(CreateSavedSearch, { body: { name: 'attacked', q: 'attacked', shared: true } })).id,
};

/** Parts of URLs that name nothing a tenant owns. */
export const NOBODYS_NOUNS: readonly RegExp[] = [
  // A vendor: the same word in every tenant.
  /^\/api\/v1\/alerts\/webhooks\/:source$/,
  /^\/api\/v1\/alerts\/remap\/:source$/,
  // A kind of data: the same word in every tenant, each with its own policy.
  /^\/api\/v1\/storage\/retention\/:kind$/,
  // A way to log in: whoever takes it is nobody yet.
  /^\/api\/v1\/auth\/oidc\/:provider$/,
  // The bus carries the events of all tenants, and only people of the one that runs the fleet may look: 403 by tenant.
  /^\/api\/v1\/bus\//,
  // So do the instances of services.
  /^\/api\/v1\/gateway\//,
];

/** The part of a URL that names an object: up to its first parameter. Undefined for a URL without one. */
export const nounOf = (url: string): string | undefined => /^[^:*]*(?::\w+|\*)/.exec(url)?.[0];
