import { authEndpoints } from '@soc/contracts/auth/endpoints';
import { coverRefusals } from '@soc/fleet/testing';
import { afterAll, beforeAll, test } from 'vitest';
import { startTestAuth, type TestAuth } from '../auth-service.fixture.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
});
afterAll(() => auth.close());

test('no endpoint answers strangers, people without the permission, or requests that do not fit', async () => {
  // No role may do what the gateway does, and a provider may add to what it says: shown beside the routes.
  const open = authEndpoints.filter(
    ({ permission, id }) => permission !== 'tokens:exchange' && id !== 'finishOidcLogin',
  );
  await coverRefusals(auth, open, {
    login: { invalid: { body: { email: 'nobody', password: 'x' }, path: 'body.email' } },
    createUser: {
      invalid: {
        body: { email: 'a@example.org', displayName: 'A', roles: ['Owner!'], password: 'long enough for this' },
        path: 'body.roles.0',
      },
    },
    createRole: { invalid: { body: { name: 'Two Words', permissions: [] }, path: 'body.name' } },
    updateUser: { invalid: { body: {}, path: 'body' } },
    createApiKey: { invalid: { body: { name: 'a', permissions: [] }, path: 'body.permissions' } },
  });
});
