// Serves one page, read once at the start. Plain JavaScript without dependencies: there is nothing to install in its image.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const page = readFileSync(new URL('index.html', import.meta.url));

const server = createServer((request, response) => {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || request.url !== '/') {
    response.writeHead(isRead ? 404 : 405).end();
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': page.length,
    'cache-control': 'no-cache',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : page);
});

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT ?? 3000), process.env.SOC_HOST ?? '0.0.0.0');
