import type { Dashboard } from './dashboard.ts';

/** From a committed event to the handlers of all who subscribe. */
export const eventBus: Dashboard = {
  uid: 'soc-events',
  title: 'event bus',
  description: 'What is published and handled, what waits, what failed and what was refused.',
  variables: [
    { name: 'service', query: 'label_values(soc_events_handled_total, service)' },
    { name: 'type', query: 'label_values(soc_events_published_total, type)' },
  ],
  rows: [
    {
      title: 'Traffic',
      panels: [
        {
          title: 'Published',
          description: 'Events a second written to their stream, by type.',
          unit: 'cps',
          queries: [['sum by (type) (rate(soc_events_published_total{type=~"$type"}[$__rate_interval]))', '{{type}}']],
        },
        {
          title: 'Handled',
          description: 'Events a second by the service that handled them and how it ended. failed will be tried again.',
          unit: 'cps',
          queries: [
            [
              'sum by (service, outcome) (rate(soc_events_handled_total{service=~"$service",type=~"$type"}[$__rate_interval]))',
              '{{service}} {{outcome}}',
            ],
          ],
        },
        {
          title: 'How long a batch takes',
          description: '95 of 100 batches of deliveries are done sooner, their transaction included.',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.95, sum by (service, le) (rate(soc_event_batch_duration_seconds_bucket{service=~"$service",type=~"$type"}[$__rate_interval])))',
              '{{service}}',
            ],
          ],
        },
      ],
    },
    {
      title: 'What waits',
      panels: [
        {
          title: 'Oldest event not yet on its stream',
          description:
            'Above a minute Redis is away or refuses writes (alert EventBacklog). Nothing is lost: it is in PostgreSQL.',
          unit: 's',
          redFrom: 60,
          queries: [['max by (service) (soc_outbox_oldest_seconds{service=~"$service"})', '{{service}}']],
        },
        {
          title: 'Not yet acknowledged',
          description: 'Entries of a stream that a subscribing service has not acknowledged (alert ConsumerLag).',
          unit: 'short',
          redFrom: 10_000,
          queries: [['max by (group, type) (soc_event_group_lag{type=~"$type"})', '{{group}} {{type}}']],
        },
        {
          title: 'Memory of streams',
          description: 'Redis memory by type. It grows while a group stands still, since nothing is trimmed past it.',
          unit: 'bytes',
          queries: [['max by (type) (soc_event_stream_bytes{type=~"$type"})', '{{type}}']],
        },
      ],
    },
    {
      title: 'What failed',
      panels: [
        {
          title: 'Dead letters',
          description: 'Events a service gave up; each waits for a person, with its reason (alert DeadLetters).',
          unit: 'short',
          redFrom: 1,
          queries: [
            ['sum by (service, type) (max by (service, type, instance) (soc_dead_letters))', '{{service}} {{type}}'],
          ],
        },
        {
          title: 'Refused',
          description:
            'Messages turned away before their handler. tampered, forged: somebody writes to Redis (alert EventsForged).',
          unit: 'cps',
          queries: [
            ['sum by (service, reason) (rate(soc_events_refused_total[$__rate_interval]))', '{{service}} {{reason}}'],
          ],
        },
        {
          title: 'Groups that stand still',
          description:
            '1 for a subscribing service that has events to handle and does not go on (alert ConsumerStalled).',
          unit: 'bool',
          redFrom: 1,
          queries: [['max by (group, type) (soc_event_group_stalled)', '{{group}} {{type}}']],
        },
      ],
    },
  ],
};
