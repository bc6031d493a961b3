import './provided.ts';

export type { TestAnswer, TestRequest } from './call.ts';
export { coverBusOperations } from './cover-bus-operations.ts';
export { coverRefusals, type RefusalSample } from './cover-refusals.ts';
export { delayReplay, type EmbeddedPair, startEmbeddedPair } from './embedded-pair.ts';
export { exampleAlert, exampleIncident } from './example-facts.ts';
export { takeFreePorts } from './free-ports.ts';
export { type NameServer, startNameServer } from './name-server.ts';
export { type ClusterTopology, startClusterTopology } from './redis/cluster-topology.ts';
export type { ReceivedSpan } from './otlp/decode-traces.ts';
export { startTraceCollector, type TraceCollector } from './otlp/trace-collector.ts';
export { prepareRedisNode, type RedisNode } from './redis/redis-node.ts';
export { type SentinelTopology, startSentinelTopology } from './redis/sentinel-topology.ts';
export { sharedData } from './shared-data.ts';
export { makeTemporaryDirectory } from './temporary-directory.ts';
export { startTestPostgres, type TestPostgres } from './start-test-postgres.ts';
export {
  createSharedTestDatabase,
  createTestDatabase,
  type SharedTestDatabase,
  type TestDatabase,
} from './test-database.ts';
export type { PublishedQuery } from './test-events.ts';
export { startTestService, type TestService, type TestServiceOptions } from './test-service.ts';
export type { TestRole } from './test-tokens.ts';
export { tokenPastGateway } from './token-past-gateway.ts';
export { waitFor } from './wait-for.ts';
export { createCertificateAuthority } from '../tls/certificate-authority.ts';
