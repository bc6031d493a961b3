import type { EndpointSpec } from '../endpoint.ts';
import { CreateApiKey, ExchangeApiKey, ListApiKeys, RevokeApiKey } from './api-keys.ts';
import { ListRevocations } from './revocations.ts';
import { GetMe, ListSessions, Login, Logout, Refresh, RevokeSession } from './sessions.ts';
import { CreateServiceToken, GetJwks } from './tokens.ts';
import { CreateUser, GetUser, ListRoles, ListUsers, UpdateUser } from './users.ts';

/** Every endpoint the auth service answers. */
export const authEndpoints: readonly EndpointSpec[] = [
  Login,
  Refresh,
  Logout,
  GetMe,
  ListSessions,
  RevokeSession,
  ListUsers,
  CreateUser,
  GetUser,
  UpdateUser,
  ListRoles,
  ListApiKeys,
  CreateApiKey,
  RevokeApiKey,
  ExchangeApiKey,
  ListRevocations,
  GetJwks,
  CreateServiceToken,
];
