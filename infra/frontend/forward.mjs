// Forwards ports of this container to others, as FORWARD says: 8002=alert-service:8002,5432=postgres-master:5432. A service that
// runs several times cannot publish one port of the host; this can, and the name is looked up for every connection.
import { connect, createServer } from 'node:net';

const forwards = (process.env.FORWARD ?? '').split(',').map((text) => {
  const [, from, host, to] = /^(\d+)=([\w.-]+):(\d+)$/.exec(text.trim()) ?? [];
  if (from === undefined) {
    throw new Error(`FORWARD wants port=host:port with commas between them, not ${JSON.stringify(text)}`);
  }
  return { from: Number(from), host, to: Number(to) };
});

const servers = forwards.map(({ from, host, to }) =>
  createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host, port: to, allowHalfOpen: true });
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(from, process.env.SOC_HOST ?? '0.0.0.0'),
);

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    for (const server of servers) server.close();
    process.exit(0);
  });
}
