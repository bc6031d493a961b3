import type { Duplex } from 'node:stream';

/** A client's connection that Node has given up reading HTTP from, because an upgrade was asked for. */
export interface ClientConnection {
  readonly socket: Duplex;
  /** What came behind the head of the request. */
  readonly head: Buffer;
}

/** Carries bytes both ways until either side ends; neither is read faster than the other takes it. */
export function tunnel({ socket, head }: ClientConnection, upstream: Duplex): void {
  const end = (): void => {
    socket.destroy();
    upstream.destroy();
  };
  for (const side of [socket, upstream]) side.once('error', end).once('close', end);
  if (head.length > 0) upstream.write(head);
  socket.pipe(upstream).pipe(socket);
}
