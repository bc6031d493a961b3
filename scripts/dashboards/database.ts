import type { Dashboard } from './dashboard.ts';

/** PostgreSQL as the services see it. */
export const database: Dashboard = {
  uid: 'soc-database',
  title: 'database cluster',
  description: 'Roles and lag of the servers, pools, the time statements take and wait.',
  variables: [{ name: 'service', query: 'label_values(soc_db_node_role, service)' }],
  rows: [
    {
      title: 'Servers',
      panels: [
        {
          title: 'Roles',
          description: '2 primary, 1 replica, 0 does not answer. Two primaries: writes are refused (alert NoPrimary).',
          unit: 'short',
          queries: [['max by (node) (soc_db_node_role{service=~"$service"})', '{{node}}']],
        },
        {
          title: 'Replicas behind by',
          description: 'How long ago the primary was where a replica is now. Beyond the bound reads go elsewhere.',
          unit: 's',
          redFrom: 30,
          queries: [['max by (node) (soc_db_replica_lag_seconds{service=~"$service"})', '{{node}}']],
        },
        {
          title: 'Log not replayed',
          description: 'The same in bytes of write-ahead log.',
          unit: 'bytes',
          queries: [['max by (node) (soc_db_replica_lag_bytes{service=~"$service"})', '{{node}}']],
        },
      ],
    },
    {
      title: 'Statements',
      panels: [
        {
          title: 'Slowest in a hundred',
          description: '99 of 100 statements of a service are done sooner, by the role of the server.',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.99, sum by (service, role, le) (rate(soc_db_statement_seconds_bucket{service=~"$service"}[$__rate_interval])))',
              '{{service}} {{role}}',
            ],
          ],
        },
        {
          title: 'Ten statements that take most time',
          description: 'Seconds of PostgreSQL a second, by the name of the statement.',
          unit: 's',
          queries: [
            [
              'topk(10, sum by (service, statement) (rate(soc_db_statement_seconds_sum{service=~"$service"}[$__rate_interval])))',
              '{{service}} {{statement}}',
            ],
          ],
        },
        {
          title: 'Waiting for a connection',
          description: 'One in twenty waits longer. Half a second for five minutes: alert DatabaseQueue.',
          unit: 's',
          redFrom: 0.5,
          queries: [
            [
              'histogram_quantile(0.95, sum by (service, role, le) (rate(soc_db_queue_seconds_bucket{service=~"$service"}[$__rate_interval])))',
              '{{service}} {{role}}',
            ],
          ],
        },
        {
          title: 'Connections',
          description: 'Of the pools, by server and state; waiting counts callers.',
          unit: 'short',
          queries: [['sum by (node, state) (soc_db_pool_connections{service=~"$service"})', '{{node}} {{state}}']],
        },
        {
          title: 'Sent again',
          description: 'Statements and transactions repeated after a server failed or changed its role.',
          unit: 'cps',
          queries: [
            [
              'sum by (service, kind) (rate(soc_db_retries_total{service=~"$service"}[$__rate_interval]))',
              '{{service}} {{kind}}',
            ],
          ],
        },
        {
          title: 'Outcome unknown',
          description:
            'Writes whose connection was lost with the commit under way, in the last hour (alert OutcomeUnknown).',
          unit: 'short',
          queries: [
            ['sum by (service) (increase(soc_db_outcome_unknown_total{service=~"$service"}[1h]))', '{{service}}'],
          ],
        },
      ],
    },
  ],
};
