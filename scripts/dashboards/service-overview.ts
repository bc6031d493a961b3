import type { Dashboard } from './dashboard.ts';

const toGateway = { dashboard: 'soc-gateway', variable: 'upstream', label: 'upstream' } as const;

/** The first look: is everything there, is it quick, does it fail. */
export const serviceOverview: Dashboard = {
  uid: 'soc-services',
  title: 'services',
  description: 'All services at one glance: what runs, how much it does, how long it takes, what fails.',
  variables: [{ name: 'service', query: 'label_values(up{job="soc"}, service)' }],
  rows: [
    {
      title: 'What runs',
      panels: [
        {
          title: 'Replicas that answer',
          description: 'Replicas of each service that Prometheus reaches. None is an outage (alert ServiceDown).',
          unit: 'short',
          kind: 'stat',
          queries: [['sum by (service) (up{job="soc",service=~"$service"})', '{{service}}']],
        },
        {
          title: 'Since the last start',
          description: 'Age of each process. One that is always young is ended again and again: its log says why.',
          unit: 's',
          kind: 'stat',
          queries: [['time() - process_start_time_seconds{service=~"$service"}', '{{service}} {{instance}}']],
        },
        {
          title: 'Instances that serve',
          description:
            'Instances the gateway sends requests to, by service. Below the number of replicas some are ill, ejected or draining.',
          unit: 'short',
          queries: [['sum by (upstream) (soc_gateway_instances{state="serving"})', '{{upstream}}']],
          leadsTo: toGateway,
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests',
          description: 'Requests a second at the gateway by the service that answers.',
          unit: 'reqps',
          queries: [
            [
              'sum by (upstream) (rate(soc_gateway_requests_total{upstream=~"$service"}[$__rate_interval]))',
              '{{upstream}}',
            ],
          ],
          leadsTo: toGateway,
        },
        {
          title: 'Answered with 5xx',
          description:
            'Share of requests that failed by our fault. The goal is 0.1 % over 30 days (alerts ErrorBudgetBurns…).',
          unit: 'percentunit',
          redFrom: 0.001,
          queries: [
            [
              'sum by (upstream) (rate(soc_gateway_requests_total{status_class="5xx",upstream=~"$service"}[$__rate_interval])) / sum by (upstream) (rate(soc_gateway_requests_total{upstream=~"$service"}[$__rate_interval]))',
              '{{upstream}}',
            ],
          ],
          leadsTo: toGateway,
        },
        {
          title: 'Slowest in a hundred',
          description: '99 of 100 requests are answered sooner, as the gateway sees it.',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.99, sum by (upstream, le) (rate(soc_gateway_request_duration_seconds_bucket{upstream=~"$service"}[$__rate_interval])))',
              '{{upstream}}',
            ],
          ],
          leadsTo: toGateway,
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'CPU',
          description: 'Cores a process uses. A service runs on one core: near 1 it needs another replica.',
          unit: 'cores',
          redFrom: 0.9,
          queries: [
            ['rate(process_cpu_seconds_total{service=~"$service"}[$__rate_interval])', '{{service}} {{instance}}'],
          ],
        },
        {
          title: 'Memory',
          description: 'Resident memory of each process.',
          unit: 'bytes',
          queries: [['process_resident_memory_bytes{service=~"$service"}', '{{service}} {{instance}}']],
        },
        {
          title: 'Event loop delay',
          description: 'How late the event loop is (99 in 100). Above 100 ms every request of the process waits.',
          unit: 's',
          redFrom: 0.1,
          queries: [['nodejs_eventloop_lag_p99_seconds{service=~"$service"}', '{{service}} {{instance}}']],
        },
      ],
    },
  ],
};
