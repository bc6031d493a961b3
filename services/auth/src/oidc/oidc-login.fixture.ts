import { createHash, randomBytes } from 'node:crypto';
import { CreateIdentityProvider } from '@soc/contracts/auth/identity-providers';
import { ExchangeOidcCode, FinishOidcLogin, StartOidcLogin } from '@soc/contracts/auth/oidc';
import { startTestAuth, type TestAuth } from '../auth-service.fixture.ts';
import { clientId, clientSecret, type OpenIdProvider, startOpenIdProvider } from './openid-provider.fixture.ts';

export const publicUrl = 'https://soc.example.org';
const consoleUrl = 'https://console.example.org';
export const slug = 'corp';

/** What a console keeps of a login it began. */
export interface Begun {
  readonly verifier: string;
  readonly authorizationUrl: URL;
}

export interface OidcScene {
  readonly auth: TestAuth;
  readonly provider: OpenIdProvider;
  /** Configures the provider as the slug `corp`, or another. */
  readonly configure: (settings?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly begin: (more?: Readonly<Record<string, string>>, at?: string) => Promise<Begun>;
  /** Brings what the provider said to the callback, and gives what the console is told. */
  readonly callBack: (answer: URL, at?: string) => Promise<URLSearchParams>;
  readonly exchange: (code: string, verifier: string, otp?: string) => ReturnType<typeof exchangeAt>;
  /** The whole way; throws when the console is told an error. */
  readonly logIn: () => Promise<string>;
  readonly close: () => Promise<void>;
}

const exchangeAt = (auth: TestAuth, body: object) => auth.call(ExchangeOidcCode, { body, token: null });

export async function startOidcScene(now?: () => Date): Promise<OidcScene> {
  const callbacks = [slug, 'other'].map((name) => `${publicUrl}/api/v1/auth/oidc/${name}/callback`);
  const provider = await startOpenIdProvider(callbacks);
  const auth = await startTestAuth({
    env: { AUTH_PUBLIC_URL: publicUrl, AUTH_CONSOLE_URL: consoleUrl, AUTH_OIDC_ALLOWED_HOSTS: '127.0.0.1' },
    ...(now && { now }),
  });

  const begin: OidcScene['begin'] = async (more = {}, at = slug) => {
    const verifier = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = { challenge, ...more };
    const { status, headers } = await auth.call(StartOidcLogin, { params: { provider: at }, query, token: null });
    if (status !== 302) throw new Error(`start answered ${status}`);
    return { verifier, authorizationUrl: new URL(String(headers['location'])) };
  };
  const callBack: OidcScene['callBack'] = async (answer, at = slug) => {
    const query = Object.fromEntries(answer.searchParams);
    const { status, headers } = await auth.call(FinishOidcLogin, { params: { provider: at }, query, token: null });
    if (status !== 302) throw new Error(`callback answered ${status}`);
    const location = new URL(String(headers['location']));
    if (location.origin !== consoleUrl || location.search !== '') throw new Error(`sent to ${location.href}`);
    return new URLSearchParams(location.hash.slice(1));
  };
  const exchange: OidcScene['exchange'] = (code, verifier, otp) =>
    exchangeAt(auth, { code, verifier, ...(otp !== undefined && { otp }) });

  return {
    auth,
    provider,
    begin,
    callBack,
    exchange,
    configure: async (settings = {}) => {
      const common = { slug, name: 'Corporate', issuer: provider.issuer, clientId, clientSecret };
      const answer = await auth.call(CreateIdentityProvider, { body: { ...common, ...settings } });
      if (answer.status !== 201) throw new Error(`the provider was answered ${answer.status}`);
      return answer.body.id;
    },
    logIn: async () => {
      const { verifier, authorizationUrl } = await begin();
      const told = await callBack(await provider.browse(authorizationUrl.href));
      const code = told.get('code');
      if (code === null) throw new Error(told.get('error') ?? 'nothing was told');
      const { status, body } = await exchange(code, verifier);
      if (status !== 200) throw new Error(`the exchange answered ${status}`);
      return body.accessToken;
    },
    close: async () => {
      await auth.close();
      await provider.close();
    },
  };
}
