import type { Dashboard } from './dashboard.ts';

const toPipeline = { dashboard: 'soc-pipeline', variable: 'severity', label: 'severity' } as const;

/** Whether the people keep up: what waits for them, how long they take, what they find. */
export const operations: Dashboard = {
  uid: 'soc-operations',
  title: 'SOC operations',
  description: 'Backlog, time to acknowledge and to resolve, verdicts and ATT&CK techniques, of all tenants together.',
  variables: [{ name: 'severity', query: 'label_values(soc_open_alerts, severity)' }],
  rows: [
    {
      title: 'Backlog',
      panels: [
        {
          title: 'Open alerts',
          description: 'Alerts that are not closed, by severity.',
          unit: 'short',
          queries: [['max by (severity) (soc_open_alerts{severity=~"$severity"})', '{{severity}}']],
          leadsTo: toPipeline,
        },
        {
          title: 'Nobody has looked at',
          description: 'Open alerts that no person has touched yet, by severity.',
          unit: 'short',
          queries: [['max by (severity) (soc_untouched_alerts{severity=~"$severity"})', '{{severity}}']],
          leadsTo: toPipeline,
        },
        {
          title: 'The oldest of them',
          description: 'How long the oldest alert waits that nobody has looked at.',
          unit: 's',
          queries: [['max by (severity) (soc_untouched_alerts_oldest_seconds{severity=~"$severity"})', '{{severity}}']],
          leadsTo: toPipeline,
        },
        {
          title: 'Open incidents',
          description: 'Incidents that are not closed, by severity.',
          unit: 'short',
          queries: [['max by (severity) (soc_open_incidents{severity=~"$severity"})', '{{severity}}']],
        },
        {
          title: 'Playbook runs',
          description: 'Runs that ended in the last day, by outcome.',
          unit: 'short',
          queries: [['sum by (outcome) (increase(soc_playbook_runs_total[1d]))', '{{outcome}}']],
        },
        {
          title: 'Dead letters',
          description: 'Events a service gave up; each is work for a person.',
          unit: 'short',
          redFrom: 1,
          queries: [['sum by (service) (max by (service, type) (soc_dead_letters))', '{{service}}']],
        },
      ],
    },
    {
      title: 'Response',
      panels: [
        {
          title: 'Mean time to acknowledge and to resolve',
          description: 'From arrival, of the alerts that were acknowledged (MTTA) or closed (MTTR) in the last day.',
          unit: 's',
          queries: [['max by (milestone) (soc_milestone_mean_seconds)', '{{milestone}}']],
        },
        {
          title: 'Nine in ten',
          description: 'What nine in ten of them took at most: a mean hides those that were forgotten.',
          unit: 's',
          queries: [['max by (milestone) (soc_milestone_p90_seconds)', '{{milestone}}']],
        },
        {
          title: 'Alerts worked on',
          description: 'Alerts that were acknowledged and closed in the last day.',
          unit: 'short',
          queries: [['max by (milestone) (soc_milestone_alerts)', '{{milestone}}']],
        },
      ],
    },
    {
      title: 'What it was',
      panels: [
        {
          title: 'Verdicts',
          description: 'Alerts closed in the last day by verdict.',
          unit: 'short',
          kind: 'stat',
          queries: [['max by (verdict) (soc_verdict_alerts)', '{{verdict}}']],
        },
        {
          title: 'False positives',
          description: 'Share of what was judged in the last day. Much of it: suppress it, or mend the rules.',
          unit: 'percentunit',
          redFrom: 0.5,
          queries: [
            [
              'max(soc_verdict_alerts{verdict="false_positive"}) / sum(max by (verdict) (soc_verdict_alerts))',
              'false positives',
            ],
          ],
        },
        {
          title: 'ATT&CK techniques',
          description: 'Alerts of the last day by technique, the thirty most frequent.',
          unit: 'short',
          kind: 'table',
          queries: [['sort_desc(max by (technique) (soc_technique_alerts))', '{{technique}}']],
        },
      ],
    },
  ],
};
