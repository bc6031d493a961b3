import {
  Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { onTestFinished, vi } from 'vitest';
import type { TestGateway } from '../gateway.fixture.ts';

/** How a request went through the gateway: past the app, past it until something was to be refused, or all the way through it. */
export type Way = 'express' | 'handed over' | 'long';

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** The administrator's when absent. */
  readonly token?: string;
}

/** An answer as it stood on the wire, in order, but for what no two answers share. */
export interface Answered {
  readonly way: Way;
  readonly line: string;
  readonly fields: readonly string[];
  readonly body: string;
}

interface BothWays {
  readonly plain: Answered & { readonly sentOn: readonly unknown[] };
  readonly long: Answered & { readonly sentOn: readonly unknown[] };
}

export const tellsOfRate = ({ fields }: Answered): boolean => fields.includes('ratelimit: passing');

/** Differ with the time and with each request. */
const PASSING = /^(?:date|ratelimit(?:-remaining|-reset)?): .*/i;

/** Looked at where there is an access token, a client's word on what only the gateway says: it changes nothing but the way. */
const THE_LONG_WAY = { 'x-api-key': 'unused' };

const textOf = async (message: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of message.setEncoding('latin1')) text += String(chunk);
  return text;
};

const fieldsOf = ({ rawHeaders }: IncomingMessage): readonly string[] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));

/** Sends requests to a gateway plainly, and with what makes them go the long way. */
export function sendBothWays(gateway: TestGateway) {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  let way: Way = 'express';
  const routing = gateway.app.routing.bind(gateway.app);
  vi.spyOn(gateway.app, 'routing').mockImplementation((request, response) => {
    // Who went by express listens for the end of the answer already.
    if (request.url !== '/metrics') way = response.listenerCount('close') > 0 ? 'handed over' : 'long';
    routing(request, response);
  });

  const send = async ({
    method = 'GET',
    path,
    headers,
    body,
    token = gateway.tokens.admin,
  }: Asked): Promise<Answered> => {
    way = 'express';
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { hostname, port } = new URL(gateway.url);
    const fields = { authorization: `Bearer ${token}`, ...headers };
    httpRequest({ agent, hostname, port, method, path, headers: fields }, resolve).once('error', reject).end(body);
    const answer = await promise;
    return {
      body: await textOf(answer),
      way,
      line: `${answer.statusCode} ${answer.statusMessage}`,
      fields: fieldsOf(answer).map((field) => field.replace(PASSING, (all) => `${all.split(':')[0]}: passing`)),
    };
  };
  const theLongWay = ({ headers, ...asked }: Asked) => send({ ...asked, headers: { ...headers, ...THE_LONG_WAY } });

  /** With what `take` says the service was sent. Once more when Redis was silent for one of the two, which tells of no rate then. */
  const bothWays = async (asked: Asked, take = (): readonly unknown[] => []): Promise<BothWays> => {
    take();
    const plain = { ...(await send(asked)), sentOn: take() };
    const long = { ...(await theLongWay(asked)), sentOn: take() };
    return tellsOfRate(plain) === tellsOfRate(long) ? { plain, long } : bothWays(asked, take);
  };
  return { plainly: send, theLongWay, bothWays };
}

/** A service that answers as it is told and remembers what it was sent, but for what no two requests share. */
export function createRecorder(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: unknown[] = [];
  return {
    take: () => seen.splice(0),
    listener: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = await textOf(request);
      const fields = fieldsOf(request).map((field) =>
        field.replace(/^(authorization|x-request-timeout-ms): .*/i, '$1: passing'),
      );
      seen.push({ method: request.method, url: request.url, fields, body });
      answer(request, response);
    },
  };
}
