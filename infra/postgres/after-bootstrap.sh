#!/bin/bash
# Run once by Patroni on the first primary, with a connection string of the superuser: what belongs to the whole cluster. Roles
# and schemas of the services come from `soc database prepare`.
set -euo pipefail
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/postgres-monitor-password)" "$1" <<'SQL'
create extension if not exists pg_stat_statements;
create role soc_monitor login connection limit 5 password :'password';
grant pg_monitor to soc_monitor;
grant connect on database postgres to soc_monitor;
SQL
