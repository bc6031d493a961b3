import type { Dashboard } from './dashboard.ts';

/** The machines, and what runs on them beside our own services: PostgreSQL and Redis as their exporters see them. */
export const resources: Dashboard = {
  uid: 'soc-resources',
  title: 'system resources',
  description: 'CPU, memory, disk and network of the machines; PostgreSQL and Redis from inside.',
  variables: [{ name: 'instance', query: 'label_values(node_load1, instance)' }],
  rows: [
    {
      title: 'Machines',
      panels: [
        {
          title: 'CPU',
          description: 'Share of all cores that is not idle. Above 90 % for long, everything waits.',
          unit: 'percentunit',
          redFrom: 0.9,
          queries: [
            [
              '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle",instance=~"$instance"}[$__rate_interval]))',
              '{{instance}}',
            ],
          ],
        },
        {
          title: 'Load for each core',
          description: 'Processes that run or wait for a core or a disk, for each core. Above 1 they queue.',
          unit: 'short',
          redFrom: 2,
          queries: [
            [
              'node_load5{instance=~"$instance"} / on (instance) count by (instance) (node_cpu_seconds_total{mode="idle",instance=~"$instance"})',
              '{{instance}}',
            ],
          ],
        },
        {
          title: 'Memory in use',
          description: 'Share that cannot be had for something new. Near 1 the kernel ends processes.',
          unit: 'percentunit',
          redFrom: 0.9,
          queries: [
            [
              '1 - node_memory_MemAvailable_bytes{instance=~"$instance"} / node_memory_MemTotal_bytes{instance=~"$instance"}',
              '{{instance}}',
            ],
          ],
        },
        {
          title: 'Disk in use',
          description: 'By file system. Above 90 % the alert DiskFills, before that DiskFillsSoon by the trend.',
          unit: 'percentunit',
          redFrom: 0.9,
          queries: [
            [
              '1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|ramfs",instance=~"$instance"} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|ramfs",instance=~"$instance"}',
              '{{instance}} {{mountpoint}}',
            ],
          ],
        },
        {
          title: 'Disk at work',
          description: 'Share of the time a disk has something to do. Near 1 commits wait for it.',
          unit: 'percentunit',
          redFrom: 0.9,
          queries: [
            [
              'rate(node_disk_io_time_seconds_total{instance=~"$instance"}[$__rate_interval])',
              '{{instance}} {{device}}',
            ],
          ],
        },
        {
          title: 'Network',
          description: 'Bytes a second in and out, the machine itself left out.',
          unit: 'Bps',
          queries: [
            [
              'sum by (instance) (rate(node_network_receive_bytes_total{device!="lo",instance=~"$instance"}[$__rate_interval]))',
              '{{instance}} in',
            ],
            [
              'sum by (instance) (rate(node_network_transmit_bytes_total{device!="lo",instance=~"$instance"}[$__rate_interval]))',
              '{{instance}} out',
            ],
          ],
        },
      ],
    },
    {
      title: 'PostgreSQL',
      panels: [
        {
          title: 'Size of databases',
          description: 'On disk, indexes included, write-ahead log not.',
          unit: 'bytes',
          queries: [['max by (datname) (pg_database_size_bytes{datname!~"template.*"})', '{{datname}}']],
        },
        {
          title: 'Sessions',
          description: 'Of each server by database. A server takes 200.',
          unit: 'short',
          redFrom: 180,
          queries: [
            [
              'sum by (instance, datname) (pg_stat_database_numbackends{datname!~"template.*|"})',
              '{{instance}} {{datname}}',
            ],
          ],
        },
        {
          title: 'Transactions',
          description: 'Ended a second: committed, and rolled back.',
          unit: 'cps',
          queries: [
            ['sum by (instance) (rate(pg_stat_database_xact_commit[$__rate_interval]))', '{{instance}} committed'],
            ['sum by (instance) (rate(pg_stat_database_xact_rollback[$__rate_interval]))', '{{instance}} rolled back'],
          ],
        },
      ],
    },
    {
      title: 'Redis',
      panels: [
        {
          title: 'Memory',
          description: 'What Redis holds. It evicts nothing: streams grow while a group stands still.',
          unit: 'bytes',
          queries: [['redis_memory_used_bytes', '{{instance}}']],
        },
        {
          title: 'Commands',
          description: 'Commands a second that Redis has done.',
          unit: 'cps',
          queries: [['rate(redis_commands_processed_total[$__rate_interval])', '{{instance}}']],
        },
        {
          title: 'Clients',
          description: 'Connections that are open, and those that wait in a blocking command.',
          unit: 'short',
          queries: [
            ['redis_connected_clients', '{{instance}} open'],
            ['redis_blocked_clients', '{{instance}} blocked'],
          ],
        },
      ],
    },
  ],
};
