import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver answers; `silent` never does. */
export type ReceiverAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'silent';

export interface HttpReceiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** From the next request on, one after the other, the last of them for good; 200 at first. */
  readonly answer: (...answers: readonly [ReceiverAnswer, ...ReceiverAnswer[]]) => void;
  readonly close: () => Promise<void>;
}

/** A real HTTP server on loopback that keeps what it is sent. */
export async function startHttpReceiver(): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = [];
  let answers: readonly ReceiverAnswer[] = [];
  const nextAnswer = (): ReceiverAnswer => {
    const [answer = { status: 200 }, ...later] = answers;
    if (later.length > 0) answers = later;
    return answer;
  };
  const server = createServer((request, response) => {
    const given = nextAnswer();
    text(request)
      .then((body) => {
        requests.push({ url: request.url ?? '', headers: request.headers, body });
        if (given !== 'silent') response.writeHead(given.status, given.headers).end();
      })
      .catch(() => response.destroy()); // the sender hung up in the middle
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (...next) => {
      answers = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
