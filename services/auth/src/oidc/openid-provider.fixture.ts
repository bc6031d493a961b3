import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export const clientId = 'soc-agent';
export const clientSecret = 'the secret of the client at its provider';

/** What the provider knows of the person who logs in there. */
export interface PersonAtProvider {
  readonly sub: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A real OpenID provider (npm `oidc-provider`) over HTTP, where everybody who comes is logged in as `person`. */
export interface OpenIdProvider {
  readonly issuer: string;
  /** Signs its ID tokens, as RS256 with the key id `p1`. */
  readonly signingKey: KeyObject;
  /** Who logs in from now on. */
  person: PersonAtProvider;
  /** Changes what the token endpoint answers, as an attacker between, or a bad provider, would. */
  tamper: ((answer: Record<string, unknown>) => Record<string, unknown>) | undefined;
  /** What the token endpoint was sent. */
  readonly tokenRequests: string[];
  /** Follows the address a browser is sent to, as a browser with cookies does, until the provider sends it back. */
  readonly browse: (authorizationUrl: string) => Promise<URL>;
  readonly close: () => Promise<void>;
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    // A server that listens on TCP has such an address.
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** `redirectUris` are those that the client may be sent back to. */
export async function startOpenIdProvider(redirectUris: readonly string[]): Promise<OpenIdProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => handle(request, response));
  const issuer = `http://127.0.0.1:${await listening(server)}`;
  const state: Pick<OpenIdProvider, 'person' | 'tamper'> = {
    person: { sub: 'nobody', claims: {} },
    tamper: undefined,
  };
  const tokenRequests: string[] = [];
  const signingKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...redirectUris],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [{ ...signingKey.export({ format: 'jwk' }), kid: 'p1', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a key of the cookies in tests'] },
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => Promise.resolve({ sub, ...state.person.claims }),
    }),
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { Interaction: 60, Grant: 60, Session: 60, AccessToken: 60, IdToken: 60, AuthorizationCode: 60 },
  });
  provider.on('server_error', (_context, error) => {
    throw error;
  });
  const asKoa = provider.callback();

  const answerTampered = (request: IncomingMessage, response: ServerResponse): void => {
    const end = response.end.bind(response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => tokenRequests.push(Buffer.concat(chunks).toString()));
    Object.assign(response, {
      end: (body: unknown) => {
        const text = Buffer.isBuffer(body) || typeof body === 'string' ? body.toString() : '';
        const changed = state.tamper ? JSON.stringify(state.tamper(JSON.parse(text) as Record<string, unknown>)) : text;
        if (!response.headersSent) response.setHeader('content-length', Buffer.byteLength(changed));
        return end(changed);
      },
    });
    void asKoa(request, response);
  };

  handle = (request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/interaction/')) void finishInteraction(provider, state, request, response);
    else if (path.startsWith('/token')) answerTampered(request, response);
    else void asKoa(request, response);
  };

  return {
    issuer,
    signingKey,
    tokenRequests,
    get person() {
      return state.person;
    },
    set person(person) {
      state.person = person;
    },
    get tamper() {
      return state.tamper;
    },
    set tamper(tamper) {
      state.tamper = tamper;
    },
    browse: (authorizationUrl) => browse(authorizationUrl, issuer),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Logs in and consents without asking, as whoever the test says. */
async function finishInteraction(
  provider: Provider,
  { person }: Pick<OpenIdProvider, 'person'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: person.sub, clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { login: { accountId: person.sub }, consent });
}

async function browse(authorizationUrl: string, issuer: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(authorizationUrl);
  for (let step = 0; step < 10; step += 1) {
    if (url.origin !== issuer) return url;
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
    url = new URL(location, url);
  }
  throw new Error('the provider sends its browser round in circles');
}
