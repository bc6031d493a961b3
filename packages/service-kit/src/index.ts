import './request-principal.ts';

export { uuidv7 } from '@soc/contracts';
export type { Audit } from './audit/audit.ts';
export { actorOf, type AuditEntry } from './audit/audit-entry.ts';
export type { AuditedChange, RouteAudit } from './audit/route-audit.ts';
export { authorise, identify, refusalOf } from './authentication.ts';
export { type BootOptions, bootService, createLog, FLEET_VERSION, type RunningService } from './boot.ts';
export { parseJson } from './parse-json.ts';
export { clientNetworkOf } from './client-network.ts';
export { ConfigError } from './config-error.ts';
export { BaseConfig, DatabaseConfig, EdgeConfig, parseConfig } from './config.ts';
export { decodeCursor, encodeCursor, pageOf } from './cursor.ts';
export type { EdgePlatform, Platform, ServiceParts, Worker } from './platform.ts';
export {
  badRequest,
  conflict,
  forbidden,
  gone,
  HttpProblem,
  invalidRequest,
  locked,
  notFound,
  problemBody,
  tooLarge,
  tooManyRequests,
  unauthenticated,
  unavailable,
  unprocessable,
  unsupportedMediaType,
} from './problems.ts';
export { PemFile, RedisConfig, redisAccessOf } from './redis-config.ts';
export { type Route, route, type RouteContext } from './route.ts';
export { runService } from './run.ts';
export type { Env } from './secrets-file.ts';
export { defineEdgeService, defineService, type ServiceDefinition } from './service-definition.ts';
export { cacheGenerationKey } from '@soc/messaging/redis';
export { GATEWAY_ISSUER, type KeySources, trustedBy } from './trusted-tokens.ts';
export { endRequestSpan, startRequestSpan, traceContextOf } from './request-span.ts';
export { requestIdFrom } from './trace.ts';
