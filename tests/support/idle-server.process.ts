import { createServer } from 'node:http';

/** Answers at once, and does nothing else. Tells its port to the process that started it. */
const server = createServer((_, response) => response.end('{}'));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) process.send?.(address.port);
});
