/** What the upstream answers: 1 KB of JSON, as an alert is. */
const ANSWER = JSON.stringify({ id: '0190a3f4-6c1e-7b3a-9d2e-5f6a7b8c9d0e', title: 'x'.repeat(967) });

/** nginx as a single process: as a proxy of `upstreamPort`, or as an upstream that answers by itself. */
export function nginxConfig(directory: string, name: string, listen: string, upstreamPort?: number): string {
  const location =
    upstreamPort === undefined
      ? `default_type application/json; return 200 '${ANSWER}';`
      : `proxy_pass http://up; proxy_http_version 1.1; proxy_set_header connection '';`;
  const upstream =
    upstreamPort === undefined
      ? ''
      : `upstream up { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 100000000; }`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${directory}/${name}-${kind};`)
    .join('\n');
  return `
daemon off; master_process off; worker_processes 1; pid ${directory}/${name}.pid;
events { worker_connections 4096; }
http {
  access_log off; ${temporary}
  keepalive_requests 100000000; keepalive_timeout 300s;
  ${upstream}
  server { ${listen} location / { ${location} } }
}
`;
}

/** haproxy with one thread. */
export const haproxyConfig = (port: number, upstreamPort: number): string => `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  default_backend up
backend up
  server one 127.0.0.1:${upstreamPort} pool-max-conn -1
`;
