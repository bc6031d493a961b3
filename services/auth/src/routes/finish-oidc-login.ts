import { FinishOidcLogin } from '@soc/contracts/auth/oidc';
import { route, unauthenticated } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { clientOf, secretsOf } from '../oidc/begin-oidc-login.ts';
import { accountOf, type OidcPerson } from '../oidc/finish-oidc-login.ts';
import type { OidcLogin } from '../oidc/oidc-login-repository.ts';
import { createSecret, hashOf } from '../opaque-secret.ts';

/** The console trades it at once. */
const CODE_TTL_MS = 60_000;

/** Always the console, with what it is told in the fragment: no server sees it, no log and no `Referer`. */
const consoleUrl = ({ AUTH_CONSOLE_URL }: AuthDeps['config'], told: Readonly<Record<string, string>>): string => {
  const url = new URL('/login/callback', AUTH_CONSOLE_URL);
  url.hash = new URLSearchParams(told).toString();
  return url.href;
};

/** Gives the code of a login, or why there is none. */
async function finish(
  deps: AuthDeps,
  login: OidcLogin,
  person: OidcPerson,
): Promise<{ code: string; userId: string } | { error: string }> {
  const { db, oidcLogins, now } = deps;
  return db.tx(async (tx) => {
    const outcome = await accountOf(deps, tx, person);
    if (!outcome.ok) return { error: `auth.${outcome.refusal}` };
    const code = createSecret('oc_');
    const { id: userId } = outcome.account;
    const expiresAt = new Date(now().getTime() + CODE_TTL_MS);
    await oidcLogins.finish(tx, login.stateHash, { codeHash: hashOf(code), userId }, expiresAt);
    return { code, userId };
  });
}

/**
 * What the browser brings from the provider is believed once, for the login it was sent there with. The session is not
 * opened here: whoever was made to follow a foreign login's address cannot trade its code.
 */
export const finishOidcLoginRoute = (deps: AuthDeps) =>
  route(FinishOidcLogin, async ({ params, query, request, origin, reply, log }) => {
    const { db, providers, oidcLogins, providerClient, now } = deps;
    const { state } = query;
    const provider = await providers.findEnabled(db.write, params.provider);
    const login = provider && (await oidcLogins.use(db.write, hashOf(state), provider.id, now()));
    if (!login) throw unauthenticated('auth.oidc_state_unknown', 'this login was not begun here, or is over');
    reply.header('cache-control', 'no-store');
    const goOn = (told: Readonly<Record<string, string>>): undefined => {
      const returnTo = login.returnTo === null ? {} : { returnTo: login.returnTo };
      reply.header('location', consoleUrl(deps.config, { ...told, ...returnTo }));
      return undefined;
    };
    const answer = new URLSearchParams(
      Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
    const redeemed = await providerClient.redeem(
      clientOf(deps, provider),
      answer,
      secretsOf(deps, state, login.sealedSecrets),
    );
    if (!redeemed.ok) {
      log.warn({ err: redeemed.error, provider: provider.slug }, 'login at a provider refused');
      return goOn({ error: `auth.oidc_${redeemed.refusal}` });
    }
    const finished = await finish(deps, login, { provider, claims: redeemed.claims, origin, request });
    if ('error' in finished) {
      log.info({ provider: provider.slug, error: finished.error }, 'login at a provider leads to no account');
      return goOn({ error: finished.error });
    }
    log.info({ provider: provider.slug, userId: finished.userId }, 'logged in at a provider');
    return goOn({ code: finished.code });
  });
