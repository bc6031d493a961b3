import { writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { permissionsOfRole } from '@soc/contracts';
import { NODE_FLAGS } from '@soc/fleet';
import { createTokenSigner, type TokenSigner } from '@soc/identity';
import { newKeyRing } from '@soc/messaging';
import type { Server } from '../servers/spawn-server.ts';
import { spawnPinned } from './proxies.ts';

const NAMES = { issuer: 'soc-agent', audience: 'soc-fleet' };
const PEOPLE = 50;
/** Of every limit: no caller reaches it, and all are counted. */
const UNREACHED = '1000000';

const MAIN = fileURLToPath(new URL('../../services/gateway/src/main.ts', import.meta.url));

/** Access tokens of fifty analysts. */
const tokensOf = (signer: TokenSigner): readonly string[] =>
  Array.from({ length: PEOPLE }, (_, index) =>
    signer.sign(
      {
        kind: 'user',
        subject: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
        name: `Analyst ${index}`,
        tenantId: 'default',
        roles: ['analyst'],
        permissions: new Set(permissionsOfRole.analyst),
        sessionId: `00000000-0000-7000-9000-${String(index).padStart(12, '0')}`,
      },
      7_200,
    ),
  );

/** What the gateway asks auth for: keys of tokens. */
async function startAuth(signer: TokenSigner): Promise<HttpServer> {
  const server = createServer((request, response) => {
    const isKeys = request.url?.endsWith('/jwks.json') === true;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isKeys ? { keys: [signer.jwk] } : { status: 'ok' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export interface OurGateway extends Server {
  readonly tokens: readonly string[];
}

/** Our gateway as the fleet runs it, with everything on, in front of the upstream. Its log goes to a file. */
export async function startOurs(
  directory: string,
  ports: { readonly port: number; readonly upstreamPort: number; readonly redisPort: number },
): Promise<OurGateway> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = createTokenSigner({ privateKeyPem, ...NAMES });
  const auth = await startAuth(signer);
  // A listening TCP server has an address with a port.
  const authUrl = `http://127.0.0.1:${(auth.address() as AddressInfo).port}`;
  const internalKeyFile = `${directory}/gateway-signing-key.pem`;
  const { privateKey: internalKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(internalKeyFile, internalKey.export({ type: 'pkcs8', format: 'pem' }));
  const keyRingFile = `${directory}/bus-key-ring.json`;
  await writeFile(keyRingFile, JSON.stringify(newKeyRing()), { mode: 0o600 });
  const env = {
    PATH: process.env['PATH'] ?? '',
    PORT: String(ports.port),
    REDIS_URL: `redis://127.0.0.1:${ports.redisPort}`,
    AUTH_JWKS_URL: `${authUrl}/api/v1/auth/.well-known/jwks.json`,
    BUS_KEY_RING_FILE: keyRingFile,
    SERVICE_SECRET: 'secret of the benchmark',
    GATEWAY_SIGNING_KEY_FILE: internalKeyFile,
    UPSTREAM_AUTH: authUrl,
    UPSTREAM_ALERT: `http://127.0.0.1:${ports.upstreamPort}`,
    RATE_LIMIT_PER_S: UNREACHED,
    RATE_LIMIT_BURST: UNREACHED,
    MALLOC_ARENA_MAX: '2',
  };
  const profile = process.env['SOC_BENCH_PROFILE_DIRECTORY'];
  const flags = [...NODE_FLAGS, ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])];
  const server = await spawnPinned(process.execPath, [...flags, MAIN], {
    port: ports.port,
    logFile: `${directory}/ours.log`,
    env,
  });
  return {
    pid: server.pid,
    tokens: tokensOf(signer),
    stop: async () => {
      await server.stop();
      auth.close();
      auth.closeAllConnections();
    },
  };
}
