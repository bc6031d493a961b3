import { permissionsOfRole } from '@soc/contracts';
import {
  CreateIdentityProvider,
  DeleteIdentityProvider,
  ListIdentityProviders,
  ReplaceIdentityProvider,
} from '@soc/contracts/auth/identity-providers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuth, type TestAuth } from '../auth-service.fixture.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
});
afterAll(() => auth.close());

let made = 0;
const clientSecret = 'a secret of ours at the provider';
const settings = { name: 'Corporate', issuer: 'https://idp.example.org/realm', clientId: 'soc' };
const create = (more: object = {}, token?: string) => {
  made += 1;
  const body = { ...settings, slug: `corp-${made}`, clientSecret, ...more };
  return auth.call(CreateIdentityProvider, { body, ...(token !== undefined && { token }) });
};
const replace = (id: string, more: object = {}, token?: string) =>
  auth.call(ReplaceIdentityProvider, {
    params: { id },
    body: { ...settings, ...more },
    ...(token !== undefined && { token }),
  });

test('a provider is made with careful defaults, and its secret is shown to nobody, in the database neither', async () => {
  const { status, body } = await create();
  expect(status).toBe(201);
  expect(body).toMatchObject({ ...settings, hasSecret: true, provisioning: 'none', listed: false, defaultRoles: [] });
  const { body: listed } = await auth.call(ListIdentityProviders);
  expect(listed.items.map(({ id }) => id)).toContain(body.id);
  const rows = await auth.query('select * from auth.identity_providers');
  const trail = await auth.query(`select * from audit.changes where table_name = 'identity_providers'`);
  expect(trail.length).toBeGreaterThan(0);
  for (const seen of [body, listed, rows, trail]) expect(JSON.stringify(seen)).not.toContain(clientSecret);
});

test('a slug is one provider in the whole fleet', async () => {
  const { body } = await create();
  const { status, problem } = await create({ slug: body.slug }, auth.tokens.otherTenantAdmin);
  expect([status, problem?.code]).toEqual([409, 'auth.provider_exists']);
});

test('a secret stays where the issuer does, goes when told, and is not sent to another issuer', async () => {
  const { id } = (await create()).body;
  expect((await replace(id, { name: 'Renamed' })).body).toMatchObject({ name: 'Renamed', hasSecret: true });
  const elsewhere = { issuer: 'https://elsewhere.example.org' };
  const refused = await replace(id, elsewhere);
  expect([refused.status, refused.problem?.code]).toEqual([422, 'auth.secret_required']);
  expect((await replace(id, { ...elsewhere, clientSecret: 'another secret' })).body).toMatchObject(elsewhere);
  expect((await replace(id, { ...elsewhere, clientSecret: null })).body.hasSecret).toBe(false);
});

test.each([
  'https://169.254.169.254/latest',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://[fe80::1]/',
  'http://idp.example.org',
  'https://localhost/',
])('an issuer at %s is refused', async (issuer) => {
  const refused = await create({ issuer });
  expect([refused.status, refused.problem?.code]).toEqual([422, 'auth.destination_refused']);
  const { id } = (await create()).body;
  const changed = await replace(id, { issuer, clientSecret });
  expect([changed.status, changed.problem?.code]).toEqual([422, 'auth.destination_refused']);
});

test('nobody has a provider give roles that they do not hold, or that there are not', async () => {
  const permissions = new Set([...permissionsOfRole.viewer, 'identity-providers:write' as const]);
  const token = auth.sign({ ...auth.principals.viewer, permissions });
  const mapping = (role: string) => ({ roleClaim: 'groups', roleMapping: [{ value: 'g', roles: [role] }] });
  expect((await create(mapping('viewer'), token)).status).toBe(201);
  const { id } = (await create({}, token)).body;
  for (const refused of [
    await create(mapping('admin'), token),
    await create({ defaultRoles: ['analyst'] }, token),
    await replace(id, mapping('admin'), token),
  ]) {
    expect([refused.status, refused.problem?.code]).toEqual([422, 'auth.permission_not_held']);
  }
  const unknown = await create(mapping('owner'));
  expect([unknown.status, unknown.problem?.errors?.[0]?.path]).toEqual([400, 'body.roleMapping.0.roles.0']);
});

test('whoever does not hold all that an account may do has no provider name accounts by their addresses', async () => {
  const [missing, ...rest] = permissionsOfRole.admin.filter((name) => name !== 'identity-providers:write');
  expect(missing).toBeDefined();
  const permissions = new Set([...rest, 'identity-providers:write' as const]);
  const token = auth.sign({ ...auth.principals.admin, permissions });
  const { id } = (await create({}, token)).body;
  for (const provisioning of [{ provisioning: 'link' }, { provisioning: 'create', emailDomains: ['example.org'] }]) {
    for (const refused of [await create(provisioning, token), await replace(id, provisioning, token)]) {
      expect([refused.status, refused.problem?.code]).toEqual([422, 'auth.permission_not_held']);
    }
    expect((await replace(id, provisioning)).status).toBe(200);
    const moved = await replace(id, { ...provisioning, issuer: 'https://evil.example', clientSecret }, token);
    expect([moved.status, moved.problem?.code]).toEqual([422, 'auth.permission_not_held']);
  }
});

test('providers of another tenant are neither seen, nor changed, nor deleted', async () => {
  const { id } = (await create()).body;
  const token = auth.tokens.otherTenantAdmin;
  expect((await auth.call(ListIdentityProviders, { token })).body.items.map((item) => item.id)).not.toContain(id);
  expect((await replace(id, {}, token)).problem?.code).toBe('auth.provider_not_found');
  const remove = (by: string) => auth.call(DeleteIdentityProvider, { params: { id }, token: by });
  expect((await remove(token)).problem?.code).toBe('auth.provider_not_found');
  expect((await remove(auth.tokens.admin)).status).toBe(204);
  expect((await remove(auth.tokens.admin)).status).toBe(404);
});

test('providers are paged, oldest first', async () => {
  const first = await auth.call(ListIdentityProviders, { query: { limit: 2 } });
  const rest = await auth.call(ListIdentityProviders, { query: { cursor: first.body.nextCursor ?? '' } });
  const ids = [...first.body.items, ...rest.body.items].map(({ id }) => id);
  expect(first.body.items).toHaveLength(2);
  expect(ids).toEqual([...new Set(ids)].toSorted());
});

test.each([
  ['an issuer with a query', { issuer: 'https://idp.example.org/?x=1' }, 'body.issuer'],
  ['an issuer of another scheme', { issuer: 'file:///etc/passwd' }, 'body.issuer'],
  ['a slug that is a path', { slug: '../corp' }, 'body.slug'],
  ['a scope with a space', { scopes: ['openid email'] }, 'body.scopes.0'],
  ['an unknown setting', { trustAll: true }, 'body.trustAll'],
  ['an account for everybody the provider knows', { provisioning: 'create' }, 'body.emailDomains'],
])('%s is a bad request', async (_, more, path) => {
  const { status, problem } = await create(more);
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, path]);
});
