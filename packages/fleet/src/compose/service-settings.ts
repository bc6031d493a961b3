import type { Part } from './dot-env.ts';

/** Variables of storage that have it use the servers of the profile `full`; their secrets are in its own file. */
const STORES = `
# Evidence in MinIO, search in Elasticsearch, metric points in InfluxDB.
EVIDENCE_STORE=s3
EVIDENCE_S3_BUCKET=soc-evidence
EVIDENCE_S3_ENDPOINT=http://minio:9000
SEARCH_SERVER_URLS=http://elasticsearch:9200
SEARCH_SERVER_USERNAME=elastic
INFLUXDB_URL=http://influxdb:8086
`;

const MONITORING = `
# Served by the gateway under /admin to whoever may operate the fleet.
GRAFANA_URL=http://grafana:3000
PROMETHEUS_URL=http://prometheus:9090
`;

const MAIL = `
# The mail catcher: a channel of the kind e-mail names smtp host mailpit, port 1025.
NOTIFICATION_ALLOW_PRIVATE=true
`;

/** `services.env`: what every service is told beside what the compose file says. */
export function serviceSettings(parts: readonly Part[]): string {
  const texts = { stores: STORES, monitoring: MONITORING, mail: MAIL };
  const included = Object.entries(texts).filter(([part]) => (parts as readonly string[]).includes(part));
  return `# Settings of the services, NAME=value a line: any variable of env.example that the compose file does not set itself.
# Each service takes what is its own. \`docker-compose up -d\` carries a change out.
${included.map(([, text]) => text).join('')}`;
}
