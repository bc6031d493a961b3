import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createTokenVerifier } from '@soc/identity';
import { type Platform, trustedBy } from '@soc/service-kit';
import { apiKeyRepository } from './api-key-repository.ts';
import { auditRecordRepository } from './audit/audit-record-repository.ts';
import { auditTrailRepository } from './audit/audit-trail-repository.ts';
import { openCheckpointDirectory } from './audit/checkpoint-directory.ts';
import { createNotary } from './audit/notary.ts';
import { auditRepository } from './audit-repository.ts';
import type { AuthConfig } from './config.ts';
import { loginFailureRepository } from './login-failure-repository.ts';
import { identityRepository } from './oidc/identity-repository.ts';
import { oidcLoginRepository } from './oidc/oidc-login-repository.ts';
import { createOutgoingFetch } from './oidc/outgoing-fetch.ts';
import { createProviderClient } from './oidc/provider-client.ts';
import { providerRepository } from './oidc/provider-repository.ts';
import { createGrants } from './grants.ts';
import { openBreachedPasswords } from './breached-passwords.ts';
import { createLoginLocks } from './login-locks.ts';
import { mfaRepository } from './mfa-repository.ts';
import { createOpenSession } from './open-session.ts';
import { createOwnPasswordDemand } from './own-password.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { createPasswordPolicy } from './password-policy.ts';
import { revocationRepository } from './revocation-repository.ts';
import { roleRepository } from './role-repository.ts';
import { createSecondFactor } from './second-factor.ts';
import { createSecretSeal } from './secret-seal.ts';
import { createServiceAuthenticator, readServiceSecrets } from './service-secrets.ts';
import { sessionRepository } from './session-repository.ts';
import { openSigningKeys } from './signing-keys.ts';
import { tenantSettingsRepository } from './tenant-settings-repository.ts';
import { createTokenIssuer, type TokenIssuer } from './token-issuer.ts';
import { userRepository } from './user-repository.ts';
import { createWorkLimiter } from './work-limiter.ts';

export type AuthDeps = Awaited<ReturnType<typeof createAuthDeps>>;

const repositories = {
  users: userRepository,
  sessions: sessionRepository,
  apiKeys: apiKeyRepository,
  revocations: revocationRepository,
  roles: roleRepository,
  settings: tenantSettingsRepository,
  mfa: mfaRepository,
  loginFailures: loginFailureRepository,
  statementAudit: auditRepository,
  auditRecords: auditRecordRepository,
  auditTrail: auditTrailRepository,
  providers: providerRepository,
  identities: identityRepository,
  oidcLogins: oidcLoginRepository,
} as const;

/** The whole graph of the auth service. Throws when a key, the secrets or the breached passwords cannot be read. */
export async function createAuthDeps(platform: Platform<AuthConfig>) {
  const { config, db, outbox, log, now, audit, registry, keySources } = platform;
  const names = { issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE };
  const signingKeys = await openSigningKeys({ file: config.AUTH_SIGNING_KEY_FILE, ...names, log, now });
  const tokens = createTokenIssuer(signingKeys, config, now);
  return {
    config,
    db,
    outbox,
    log,
    now,
    signingKeys,
    /** Checks service tokens with the service's own keys: no need to ask itself over HTTP. */
    verifier: createTokenVerifier({
      trusted: trustedBy('auth', config, { ...keySources, auth: signingKeys.keys }),
      nowMs: () => now().getTime(),
    }),
    tokens,
    ...repositories,
    audit,
    notary: createNotary({
      db,
      records: auditRecordRepository,
      directory: await openCheckpointDirectory(config.AUDIT_CHECKPOINT_DIR),
      privateKey: createPrivateKey(await readFile(config.AUDIT_SIGNING_KEY_FILE, 'utf8')),
      everyRecords: config.AUDIT_CHECKPOINT_RECORDS,
      everyMs: config.AUDIT_CHECKPOINT_S * 1_000,
      log,
      now,
      registry,
    }),
    ...(await createCredentials({ config, db, now, tokens })),
    authenticateService: createServiceAuthenticator(await readServiceSecrets(config.AUTH_SERVICE_SECRETS_FILE)),
  };
}

/** What checks who people are, and gives them their due. */
async function createCredentials({
  config,
  db,
  now,
  tokens,
}: Pick<Platform<AuthConfig>, 'config' | 'db' | 'now'> & { readonly tokens: TokenIssuer }) {
  const { AUTH_BREACHED_PASSWORDS_FILE: breachedFile } = config;
  const breached = breachedFile === undefined ? undefined : await openBreachedPasswords(breachedFile);
  const hasher = createPasswordHasher({
    memoryKib: config.AUTH_ARGON2_MEMORY_KIB,
    passes: config.AUTH_ARGON2_PASSES,
    lanes: config.AUTH_ARGON2_LANES,
  });
  const hashing = createWorkLimiter({
    concurrency: config.AUTH_HASH_CONCURRENCY,
    maxWaiting: config.AUTH_HASH_QUEUE,
    maxWaitMs: config.AUTH_HASH_WAIT_MS,
  });
  const grants = createGrants(repositories);
  const locks = createLoginLocks({ ...repositories, db, config, now });
  const seal = createSecretSeal(await readFile(config.AUTH_MFA_KEY_FILE, 'utf8'));
  const { AUTH_OIDC_ALLOWED_HOSTS: allowedHosts } = config;
  return {
    hasher,
    hashing,
    grants,
    locks,
    passwordPolicy: createPasswordPolicy(breached),
    /** Closed with the service. */
    openFiles: breached ? [{ start: () => undefined, stop: breached.close }] : [],
    demandOwnPassword: createOwnPasswordDemand({ ...repositories, db, hasher, hashing, locks }),
    seal,
    secondFactor: createSecondFactor({ ...repositories, seal }),
    providerClient: createProviderClient({
      fetch: createOutgoingFetch(allowedHosts),
      allowedHosts,
      nowMs: () => now().getTime(),
    }),
    openSession: createOpenSession({ ...repositories, grants, tokens, config, now }),
  };
}
