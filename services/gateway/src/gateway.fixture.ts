import { readFileSync } from 'node:fs';
import type { ServiceName } from '@soc/contracts';
import { startTestService, type TestService, type TestServiceOptions } from '@soc/fleet/testing';
import { createTokenSigner, createTokenVerifier, fixedKeySource, type Principal } from '@soc/identity';
import { Pool } from 'undici';
import { inject, onTestFinished } from 'vitest';
import { gatewayService } from './app.ts';

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body, where it is JSON. */
  readonly body: Record<string, unknown>;
}

export interface SentRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** The administrator's when absent; null for none. */
  readonly token?: string | null;
}

export interface TestGateway extends TestService {
  /** Over the network, as clients do. */
  readonly send: (sent: SentRequest) => Promise<GatewayAnswer>;
}

/** A real gateway in front of `env`'s upstreams, until the test is over. */
export async function startTestGateway(env: TestServiceOptions['env'] = {}): Promise<TestGateway> {
  const gateway = await startTestService(gatewayService, {
    // What a busy machine does to the event loop is no load to shed in a test of something else.
    env: { UPSTREAM_PROBE_EVERY_MS: '50', REVOCATION_POLL_MS: '50', SHED_EVENT_LOOP_DELAY_MS: '60000', ...env },
  });
  // A pool sends a path as it is given; what takes URLs would tidy it first.
  const pool = new Pool(gateway.url);
  onTestFinished(async () => {
    await pool.destroy();
    await gateway.close();
  });
  return {
    ...gateway,
    send: async ({ method = 'GET', path, body, headers = {}, token = gateway.tokens.admin }) => {
      const answer = await pool.request({
        method,
        path,
        headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
        ...(body !== undefined && { body }),
      });
      const text = await answer.body.text();
      const isJson = String(answer.headers['content-type']).includes('json') && text !== '';
      // Tests look at single fields of what they know to be an object.
      const parsed = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
      return { status: answer.statusCode, headers: answer.headers, text, body: parsed };
    },
  };
}

/** Whom the gateway names to a service by what it sends in `authorization`; undefined for what the service would refuse. */
export async function principalSentTo(service: ServiceName, authorization = ''): Promise<Principal | undefined> {
  const privateKeyPem = readFileSync(inject('gatewaySigningKeyFile'), 'utf8');
  const names = { issuer: 'gateway', audience: service };
  const { jwks } = createTokenSigner({ privateKeyPem, ...names });
  const trusted = [{ ...names, keys: fixedKeySource({ keys: jwks }) }];
  return createTokenVerifier({ trusted, nowMs: () => Date.now() }).verify(authorization.replace('Bearer ', ''));
}
