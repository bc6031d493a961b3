const NOT_HAPPENED = 'counts what has not happened on this fleet';

/**
 * Series of which there rightly is none where nothing has gone wrong yet, or something is not in use, with the reason. Where
 * Prometheus must see the first of them, a service counts from zero, and it has no place here.
 */
const REASONS: Readonly<Record<string, string>> = {
  soc_gateway_retries_total: NOT_HAPPENED,
  soc_gateway_retries_refused_total: NOT_HAPPENED,
  soc_gateway_ejections_total: NOT_HAPPENED,
  soc_gateway_resolve_failures_total: 'instances of this fleet have addresses, no names',
  soc_gateway_shed_requests_total: NOT_HAPPENED,
  soc_db_retries_total: NOT_HAPPENED,
  soc_dead_letters: 'no event was given up',
  soc_playbook_runs_total: 'no playbook has run',
  soc_syslog_messages_total: 'this fleet listens for no syslog',
  soc_syslog_dropped_total: 'this fleet listens for no syslog',
};

/** Whether a series is made beside the services: by the schedule of backups, which are off in the fleet of the tests. */
export const isMadeElsewhere = (series: string): boolean => /^soc_(backup|wal_archive)_/.test(series);

/** Why an expression may return nothing; undefined where it must return data. */
export const hasNothingToTell = (promql: string): string | undefined => {
  const names = new Set(promql.match(/\bsoc_\w+/g));
  if ([...names].some(isMadeElsewhere)) return 'backups are off in this fleet';
  return Object.entries(REASONS).find(([series]) => names.has(series))?.[1];
};
