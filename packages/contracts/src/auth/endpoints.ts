import type { EndpointSpec } from '../endpoint.ts';
import { ExportAudit, ListAuditRecords } from './audit.ts';
import { CreateApiKey, ExchangeApiKey, ListApiKeys, RevokeApiKey } from './api-keys.ts';
import {
  BeginMfa,
  ConfirmMfa,
  DisableMfa,
  GetMfa,
  GetMfaPolicy,
  RenewRecoveryCodes,
  ReplaceMfaPolicy,
  ResetMfa,
} from './mfa.ts';
import {
  CreateIdentityProvider,
  DeleteIdentityProvider,
  ListIdentityProviders,
  ReplaceIdentityProvider,
} from './identity-providers.ts';
import { ExchangeOidcCode, FinishOidcLogin, ListLoginProviders, StartOidcLogin } from './oidc.ts';
import { ListRevocations } from './revocations.ts';
import { CreateRole, DeleteRole, ListRoles, ReplaceRole } from './roles.ts';
import {
  ChangeOwnPassword,
  GetMe,
  ListSessions,
  ListUserSessions,
  Login,
  Logout,
  Refresh,
  RevokeSession,
  RevokeUserSession,
  RevokeUserSessions,
} from './sessions.ts';
import { CreateServiceToken, GetJwks } from './tokens.ts';
import { CreateUser, GetUser, ListUsers, UpdateUser } from './users.ts';

/** Every endpoint the auth service answers. */
export const authEndpoints: readonly EndpointSpec[] = [
  Login,
  Refresh,
  Logout,
  GetMe,
  ChangeOwnPassword,
  ListSessions,
  RevokeSession,
  GetMfa,
  BeginMfa,
  ConfirmMfa,
  DisableMfa,
  RenewRecoveryCodes,
  GetMfaPolicy,
  ReplaceMfaPolicy,
  ListUsers,
  CreateUser,
  GetUser,
  UpdateUser,
  ResetMfa,
  ListUserSessions,
  RevokeUserSession,
  RevokeUserSessions,
  ListRoles,
  CreateRole,
  ReplaceRole,
  DeleteRole,
  ListApiKeys,
  CreateApiKey,
  RevokeApiKey,
  ExchangeApiKey,
  ListRevocations,
  ListIdentityProviders,
  CreateIdentityProvider,
  ReplaceIdentityProvider,
  DeleteIdentityProvider,
  ListLoginProviders,
  StartOidcLogin,
  FinishOidcLogin,
  ExchangeOidcCode,
  GetJwks,
  CreateServiceToken,
  ListAuditRecords,
  ExportAudit,
];
