import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Login } from '@soc/contracts/auth/sessions';
import { CreateUser } from '@soc/contracts/auth/users';
import {
  makeTemporaryDirectory,
  startTestService,
  type TestService,
  type TestServiceOptions,
} from '@soc/fleet/testing';
import { authService } from './app.ts';

export const adminEmail = 'admin@example.org';
export const adminPassword = 'the first administrator';
export const userPassword = 'correct horse battery staple';
export const gatewaySecret = 'secret of the gateway in tests';

export interface TestAuth extends TestService {
  /** Logs in and gives the access token. */
  readonly logIn: (email: string, password?: string) => Promise<string>;
  /** Creates a person with these roles and the password of all test users. */
  readonly addUser: (email: string, roles: readonly string[]) => Promise<string>;
}

/** A real auth service with the first administrator. */
export async function startTestAuth(options: TestServiceOptions = {}): Promise<TestAuth> {
  const directory = await makeTemporaryDirectory('auth');
  const secretsFile = join(directory.path, 'service-secrets.json');
  await writeFile(secretsFile, JSON.stringify({ gateway: gatewaySecret, alert: 'secret of the alerts in tests' }));
  const service = await startTestService(authService, {
    ...options,
    env: {
      AUTH_SERVICE_SECRETS_FILE: secretsFile,
      AUTH_ADMIN_EMAIL: adminEmail,
      AUTH_ADMIN_PASSWORD: adminPassword,
      ...options.env,
    },
  });
  return {
    ...service,
    close: async (closing) => {
      await service.close(closing);
      await directory[Symbol.asyncDispose]();
    },
    logIn: async (email, password = userPassword) => {
      const { status, body } = await service.call(Login, { body: { email, password }, token: null });
      if (status !== 200) throw new Error(`login of ${email} answered ${status}`);
      return body.accessToken;
    },
    addUser: async (email, roles) => {
      const body = { email, displayName: 'Somebody', roles, password: userPassword };
      const answer = await service.call(CreateUser, { body });
      if (answer.status !== 201) throw new Error(`user ${email} answered ${answer.status}`);
      return answer.body.id;
    },
  };
}
