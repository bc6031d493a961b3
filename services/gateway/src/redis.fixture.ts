import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { inject, onTestFinished } from 'vitest';

/** A Redis that can be made to fall silent, until the test is over. */
export async function startMufflable(): Promise<{
  readonly url: string;
  readonly mute: () => void;
  readonly cut: () => void;
}> {
  const target = new URL(inject('redisUrl'));
  const pairs = new Set<Socket>();
  let isMuted = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) socket.on('error', () => undefined).on('close', () => pairs.delete(socket));
    pairs.add(near).add(far);
    near.on('data', (chunk) => isMuted || far.write(chunk));
    far.on('data', (chunk) => near.write(chunk));
  });
  const cut = (): void => {
    server.close();
    for (const socket of pairs) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(cut);
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    mute: () => {
      isMuted = true;
    },
    cut,
  };
}
