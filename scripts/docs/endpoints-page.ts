import { declaredStatuses } from '@soc/contracts';
import type { EndpointSpec } from '@soc/contracts';
import { table } from './json-schema-text.ts';

/** docs/generated/endpoints.md: every endpoint by the service that answers it. */
export function endpointsPage(endpoints: readonly EndpointSpec[]): string {
  const services = [...new Set(endpoints.map(({ service }) => service))];
  return [
    '# Endpoints',
    'Everything is reached through the gateway. Schemas are in [openapi.json](openapi.json), problem codes in [errors.md](errors.md).',
    ...services.flatMap((service) => [
      `## ${service}`,
      table(
        ['method', 'path', 'permission', 'statuses', 'what'],
        endpoints
          .filter((spec) => spec.service === service)
          .map((spec) => [
            spec.method,
            `\`${spec.url}\``,
            spec.permission,
            declaredStatuses(spec).join(' '),
            spec.summary,
          ]),
      ),
    ]),
  ].join('\n\n');
}
