import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createTokenVerifier } from '@soc/identity';
import { type Platform, trustedBy } from '@soc/service-kit';
import { apiKeyRepository } from './api-key-repository.ts';
import { auditRecordRepository } from './audit/audit-record-repository.ts';
import { openCheckpointDirectory } from './audit/checkpoint-directory.ts';
import { createNotary } from './audit/notary.ts';
import { auditRepository } from './audit-repository.ts';
import type { AuthConfig } from './config.ts';
import { loginFailureRepository } from './login-failure-repository.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { revocationRepository } from './revocation-repository.ts';
import { createServiceAuthenticator, readServiceSecrets } from './service-secrets.ts';
import { sessionRepository } from './session-repository.ts';
import { openSigningKeys } from './signing-keys.ts';
import { createTokenIssuer } from './token-issuer.ts';
import { userRepository } from './user-repository.ts';
import { createWorkLimiter } from './work-limiter.ts';

export type AuthDeps = Awaited<ReturnType<typeof createAuthDeps>>;

/** The whole graph of the auth service. Throws when the signing key or the secrets cannot be read. */
export async function createAuthDeps(platform: Platform<AuthConfig>) {
  const { config, db, outbox, log, now, audit, registry, keySources } = platform;
  const names = { issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE };
  const signingKeys = await openSigningKeys({ file: config.AUTH_SIGNING_KEY_FILE, ...names, log, now });
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
    tokens: createTokenIssuer(signingKeys, config, now),
    users: userRepository,
    sessions: sessionRepository,
    apiKeys: apiKeyRepository,
    revocations: revocationRepository,
    loginFailures: loginFailureRepository,
    statementAudit: auditRepository,
    auditRecords: auditRecordRepository,
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
    hasher: createPasswordHasher({
      memoryKib: config.AUTH_ARGON2_MEMORY_KIB,
      passes: config.AUTH_ARGON2_PASSES,
      lanes: config.AUTH_ARGON2_LANES,
    }),
    hashing: createWorkLimiter({ concurrency: config.AUTH_HASH_CONCURRENCY, maxWaiting: config.AUTH_HASH_QUEUE }),
    authenticateService: createServiceAuthenticator(await readServiceSecrets(config.AUTH_SERVICE_SECRETS_FILE)),
  };
}
