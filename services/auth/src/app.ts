import { defineService } from '@soc/service-kit';
import { AuthConfig } from './config.ts';
import { createAuthDeps } from './deps.ts';
import { createFirstAdmin } from './first-admin.ts';
import { onAuditRecorded } from './events/on-audit-recorded.ts';
import { createJanitor } from './janitor.ts';
import { beginMfaRoute } from './routes/begin-mfa.ts';
import { changeOwnPasswordRoute } from './routes/change-own-password.ts';
import { confirmMfaRoute } from './routes/confirm-mfa.ts';
import { createApiKeyRoute } from './routes/create-api-key.ts';
import { createIdentityProviderRoute } from './routes/create-identity-provider.ts';
import { createRoleRoute } from './routes/create-role.ts';
import { createServiceTokenRoute } from './routes/create-service-token.ts';
import { createUserRoute } from './routes/create-user.ts';
import { deleteIdentityProviderRoute } from './routes/delete-identity-provider.ts';
import { deleteRoleRoute } from './routes/delete-role.ts';
import { disableMfaRoute } from './routes/disable-mfa.ts';
import { exportAuditRoute } from './routes/export-audit.ts';
import { exchangeApiKeyRoute } from './routes/exchange-api-key.ts';
import { exchangeOidcCodeRoute } from './routes/exchange-oidc-code.ts';
import { finishOidcLoginRoute } from './routes/finish-oidc-login.ts';
import { getJwksRoute } from './routes/get-jwks.ts';
import { getMeRoute } from './routes/get-me.ts';
import { getMfaPolicyRoute } from './routes/get-mfa-policy.ts';
import { getMfaRoute } from './routes/get-mfa.ts';
import { getUserRoute } from './routes/get-user.ts';
import { listApiKeysRoute } from './routes/list-api-keys.ts';
import { listIdentityProvidersRoute } from './routes/list-identity-providers.ts';
import { listLoginProvidersRoute } from './routes/list-login-providers.ts';
import { listRevocationsRoute } from './routes/list-revocations.ts';
import { listAuditRecordsRoute } from './routes/list-audit-records.ts';
import { listRolesRoute } from './routes/list-roles.ts';
import { listSessionsRoute } from './routes/list-sessions.ts';
import { listUserSessionsRoute } from './routes/list-user-sessions.ts';
import { listUsersRoute } from './routes/list-users.ts';
import { loginRoute } from './routes/login.ts';
import { logoutRoute } from './routes/logout.ts';
import { refreshRoute } from './routes/refresh.ts';
import { renewRecoveryCodesRoute } from './routes/renew-recovery-codes.ts';
import { replaceIdentityProviderRoute } from './routes/replace-identity-provider.ts';
import { replaceMfaPolicyRoute } from './routes/replace-mfa-policy.ts';
import { replaceRoleRoute } from './routes/replace-role.ts';
import { resetMfaRoute } from './routes/reset-mfa.ts';
import { revokeApiKeyRoute } from './routes/revoke-api-key.ts';
import { revokeSessionRoute } from './routes/revoke-session.ts';
import { revokeUserSessionRoute } from './routes/revoke-user-session.ts';
import { revokeUserSessionsRoute } from './routes/revoke-user-sessions.ts';
import { startOidcLoginRoute } from './routes/start-oidc-login.ts';
import { updateUserRoute } from './routes/update-user.ts';

export const authService = defineService({
  name: 'auth',
  config: AuthConfig,
  migrations: new URL('../migrations/', import.meta.url),
  create: async (platform) => {
    const deps = await createAuthDeps(platform);
    await createFirstAdmin(deps);
    return {
      routes: [
        loginRoute(deps),
        refreshRoute(deps),
        logoutRoute(deps),
        getMeRoute(deps),
        listSessionsRoute(deps),
        revokeSessionRoute(deps),
        listUsersRoute(deps),
        createUserRoute(deps),
        getUserRoute(deps),
        updateUserRoute(deps),
        listRolesRoute(deps),
        beginMfaRoute(deps),
        changeOwnPasswordRoute(deps),
        confirmMfaRoute(deps),
        createRoleRoute(deps),
        deleteRoleRoute(deps),
        disableMfaRoute(deps),
        getMfaRoute(deps),
        getMfaPolicyRoute(deps),
        listUserSessionsRoute(deps),
        renewRecoveryCodesRoute(deps),
        replaceMfaPolicyRoute(deps),
        replaceRoleRoute(deps),
        resetMfaRoute(deps),
        revokeUserSessionRoute(deps),
        revokeUserSessionsRoute(deps),
        listApiKeysRoute(deps),
        createApiKeyRoute(deps),
        revokeApiKeyRoute(deps),
        exchangeApiKeyRoute(deps),
        listRevocationsRoute(deps),
        listIdentityProvidersRoute(deps),
        createIdentityProviderRoute(deps),
        replaceIdentityProviderRoute(deps),
        deleteIdentityProviderRoute(deps),
        listLoginProvidersRoute(deps),
        startOidcLoginRoute(deps),
        finishOidcLoginRoute(deps),
        exchangeOidcCodeRoute(deps),
        getJwksRoute(deps),
        createServiceTokenRoute(deps),
        listAuditRecordsRoute(deps),
        exportAuditRoute(deps),
      ],
      subscriptions: [...onAuditRecorded(deps)],
      workers: [createJanitor(deps), deps.signingKeys, deps.notary, ...deps.openFiles],
      checks: { auditTrail: deps.notary.check },
      verifier: deps.verifier,
    };
  },
});
