import type { Dashboard } from './dashboard.ts';

/** What comes in at the door, and how the way to each service is. */
export const gateway: Dashboard = {
  uid: 'soc-gateway',
  title: 'gateway and breakers',
  description:
    'Requests by service and status, instances and breakers, what was refused, retried or answered from the cache.',
  variables: [{ name: 'upstream', query: 'label_values(soc_gateway_requests_total, upstream)' }],
  rows: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'By status',
          description: 'Requests a second by class of status; `aborted` are those whose client left first.',
          unit: 'reqps',
          queries: [
            [
              'sum by (status_class) (rate(soc_gateway_requests_total{upstream=~"$upstream"}[$__rate_interval]))',
              '{{status_class}}',
            ],
          ],
        },
        {
          title: 'How long they take',
          description: 'Half, 95 and 99 of 100 requests are answered sooner.',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((share): readonly [string, string] => [
            `histogram_quantile(${share}, sum by (le) (rate(soc_gateway_request_duration_seconds_bucket{upstream=~"$upstream"}[$__rate_interval])))`,
            `${share * 100} %`,
          ]),
        },
        {
          title: 'Under way',
          description: 'Requests that wait for their answer, event streams aside.',
          unit: 'short',
          queries: [['sum by (instance) (soc_gateway_requests_in_flight)', '{{instance}}']],
        },
      ],
    },
    {
      title: 'The way to the services',
      panels: [
        {
          title: 'Instances by state',
          description:
            'serving; ill: probes fail; ejected: its answers failed; broken: its breaker is open; draining: an order.',
          unit: 'short',
          queries: [
            ['sum by (upstream, state) (soc_gateway_instances{upstream=~"$upstream"})', '{{upstream}} {{state}}'],
          ],
        },
        {
          title: 'Breakers of services',
          description:
            '0 closed, 0.5 half open, 1 open: requests for the service get 503 without being tried (alert BreakerOpen).',
          unit: 'short',
          redFrom: 1,
          queries: [['max by (upstream) (soc_gateway_service_breaker_state{upstream=~"$upstream"})', '{{upstream}}']],
        },
        {
          title: 'Breakers of instances',
          description: 'The same for each instance; others of the service go on.',
          unit: 'short',
          redFrom: 1,
          queries: [
            [
              'max by (upstream, upstream_instance) (soc_gateway_breaker_state{upstream=~"$upstream"})',
              '{{upstream}} {{upstream_instance}}',
            ],
          ],
        },
        {
          title: 'Retries',
          description:
            'Attempts at another instance by how the one before ended, and those the budget of 20 % had no room for.',
          unit: 'cps',
          queries: [
            [
              'sum by (because) (rate(soc_gateway_retries_total{upstream=~"$upstream"}[$__rate_interval]))',
              '{{because}}',
            ],
            ['sum(rate(soc_gateway_retries_refused_total{upstream=~"$upstream"}[$__rate_interval]))', 'no budget'],
          ],
        },
        {
          title: 'Ejections',
          description: 'Instances taken out for their answers, by the reason.',
          unit: 'cps',
          queries: [
            [
              'sum by (upstream, reason) (rate(soc_gateway_ejections_total{upstream=~"$upstream"}[$__rate_interval]))',
              '{{upstream}} {{reason}}',
            ],
          ],
        },
        {
          title: 'Names without an address',
          description: 'Lookups of instances that gave nothing.',
          unit: 'cps',
          queries: [['sum by (host) (rate(soc_gateway_resolve_failures_total[$__rate_interval]))', '{{host}}']],
        },
      ],
    },
    {
      title: 'The gateway itself',
      panels: [
        {
          title: 'Refused for want of time',
          description: 'Requests answered 503 because the event loop is late (alert GatewaySheds).',
          unit: 'reqps',
          queries: [['sum by (traffic) (rate(soc_gateway_shed_requests_total[$__rate_interval]))', '{{traffic}}']],
        },
        {
          title: 'Cache of answers',
          description: 'Requests for what may be kept: answered from what is kept, by the service, or past the cache.',
          unit: 'reqps',
          queries: [['sum by (outcome) (rate(soc_gateway_cache_total[$__rate_interval]))', '{{outcome}}']],
        },
        {
          title: 'Since auth told what it revoked',
          description: 'Above 30 s a token that was revoked may still be let in (alert RevocationsStale).',
          unit: 's',
          redFrom: 30,
          queries: [['max(soc_gateway_revocations_age_seconds)', 'age']],
        },
      ],
    },
  ],
};
