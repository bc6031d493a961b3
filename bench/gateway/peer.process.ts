// A proxy of the kind that Node programs use, in a process of its own and with nothing on: PEER PORT UPSTREAM_PORT.
import { createServer } from 'node:http';
import fastifyHttpProxy from '@fastify/http-proxy';
import fastGateway from 'fast-gateway';
import Fastify from 'fastify';
import { Pool } from 'undici';

const [peer, port, upstreamPort] = process.argv.slice(2);
const upstream = `http://127.0.0.1:${upstreamPort}`;

/** As little as a proxy on undici can do: no header is looked at, everything is streamed. */
function serveUndici(): void {
  const pool = new Pool(upstream, { connections: 128, pipelining: 1 });
  createServer((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const { host: _, connection: __, ...rest } = headers;
    const body = method === 'GET' ? null : request;
    pool.dispatch(
      { method, path, headers: rest, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: (___, status, { connection: ____, ...fields }) => void response.writeHead(status, fields),
        onResponseData: (controller, chunk) => {
          // A client that has left drains nothing, and must not keep the connection to the upstream.
          if (response.write(chunk) || response.destroyed) return;
          controller.pause();
          response.once('drain', () => controller.resume()).once('close', () => controller.resume());
        },
        onResponseEnd: () => void response.end(),
        onResponseError: () => void response.destroy(),
      },
    );
  }).listen(Number(port), '127.0.0.1');
}

async function serveHttpProxy(): Promise<void> {
  const app = Fastify();
  await app.register(fastifyHttpProxy, { upstream, undici: { connections: 128, pipelining: 1 } });
  await app.listen({ port: Number(port), host: '127.0.0.1' });
}

async function serveFastGateway(): Promise<void> {
  const app = fastGateway({ routes: [{ prefix: '', target: upstream, methods: ['GET', 'POST'] }] });
  await app.start(Number(port), '127.0.0.1');
}

process.once('SIGTERM', () => process.exit(0));
if (peer === 'undici') serveUndici();
else if (peer === 'http_proxy') await serveHttpProxy();
else await serveFastGateway();
