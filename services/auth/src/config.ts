import { AccountEmail, NewPassword } from '@soc/contracts/auth/account';
import { z } from 'zod';

const Count = z.coerce.number().int().min(1);

/** Environment variables of the auth service alone. */
export const AuthConfig = z.object({
  AUTH_SIGNING_KEY_FILE: z
    .string()
    .describe(
      'File of the RSA private keys that sign access tokens, the same on every replica: a key ring in JSON, or one PEM.',
    ),
  AUTH_SERVICE_SECRETS_FILE: z.string().describe('JSON file with the secret of every service: {"gateway": "…"}.'),
  AUTH_ADMIN_EMAIL: AccountEmail.optional().describe('Address of the first administrator, made while nobody exists.'),
  AUTH_ADMIN_PASSWORD: NewPassword.optional().describe('Password of the first administrator, at least 12 characters.'),
  AUTH_ACCESS_TOKEN_TTL_S: Count.default(15 * 60).describe('Life of an access token of a person or a service.'),
  AUTH_REFRESH_TOKEN_TTL_S: Count.default(30 * 24 * 60 * 60).describe('A session not refreshed for this long is over.'),
  AUTH_ARGON2_MEMORY_KIB: Count.min(1_024)
    .max(1_048_576)
    .default(65_536)
    .describe('Memory of one password hash. The defaults of these three are the second choice of RFC 9106, section 4.'),
  AUTH_ARGON2_PASSES: Count.max(100).default(3).describe('Passes of one password hash.'),
  AUTH_ARGON2_LANES: Count.max(16).default(4).describe('Lanes of one password hash.'),
  AUTH_HASH_CONCURRENCY: Count.max(3)
    .default(2)
    .describe('Password hashes at the same time; the thread pool of Node has four threads for everything.'),
  AUTH_HASH_QUEUE: z.coerce
    .number()
    .int()
    .min(0)
    .default(100)
    .describe('Password hashes that may wait for their turn; further ones are answered 503.'),
  AUTH_HASH_WAIT_MS: Count.default(10_000).describe('Longest wait for a turn; what waits longer is answered 503.'),
  AUTH_LOCKOUT_FAILURES: Count.default(5).describe(
    'Failed logins of one account from one network (an IPv4 address, or 64 bits of an IPv6 one) after which each delays the next.',
  ),
  AUTH_LOCKOUT_ACCOUNT_FAILURES: Count.default(100).describe(
    'The same for one account from networks it was never logged in to from.',
  ),
  AUTH_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:8000')
    .describe('Where browsers find the gateway: OpenID providers send them back there.'),
  AUTH_CONSOLE_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:3000')
    .describe('Where browsers find the console, which a login at a provider ends at.'),
  AUTH_OIDC_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .toLowerCase()
        .split(',')
        .map((host) => host.trim())
        .filter(Boolean),
    )
    .describe('Comma-separated hosts of OpenID providers that may lack TLS or be on this host or its link.'),
  AUDIT_SIGNING_KEY_FILE: z
    .string()
    .describe(
      'PEM file of the Ed25519 private key that signs the checkpoints of the audit trail, the same on every replica.',
    ),
  AUDIT_CHECKPOINT_DIR: z
    .string()
    .describe(
      'Directory of the checkpoints of the audit trail, outside the database; of one replica or shared by several.',
    ),
  AUDIT_CHECKPOINT_RECORDS: Count.default(1_000).describe('A checkpoint is signed after so many records,'),
  AUDIT_CHECKPOINT_S: Count.default(60).describe('or, when there are any, after this time.'),
  AUTH_LOCKOUT_ADDRESS_FAILURES: Count.default(100).describe('The same for one network, whatever the account.'),
  AUTH_LOCKOUT_BASE_S: Count.default(2).describe('Seconds of the first delay; each further failure doubles them.'),
  AUTH_LOCKOUT_MAX_S: Count.default(15 * 60).describe('Longest delay of one account from one network.'),
  AUTH_LOCKOUT_WIDE_MAX_S: Count.default(60).describe('Longest delay of the two wider counts.'),
  AUTH_LOCKOUT_WINDOW_S: Count.default(60 * 60).describe(
    'Failures are forgotten this long after the last one, but never before its delay is over.',
  ),
  AUTH_MFA_KEY_FILE: z
    .string()
    .describe(
      'File with the keys that seal the secrets of second factors, each 32 bytes in base64, one a line; the first one seals.',
    ),
  AUTH_BREACHED_PASSWORDS_FILE: z
    .string()
    .optional()
    .describe(
      'Sorted list of breached passwords: lines of upper-case SHA-1 in hex with or without a count, or of plain passwords by their bytes.',
    ),
});
export type AuthConfig = z.infer<typeof AuthConfig>;

/** Seconds after the last of some failed logins at which they are forgotten. */
export const forgetFailuresS = ({ AUTH_LOCKOUT_WINDOW_S, AUTH_LOCKOUT_MAX_S }: AuthConfig): number =>
  Math.max(AUTH_LOCKOUT_WINDOW_S, AUTH_LOCKOUT_MAX_S);
