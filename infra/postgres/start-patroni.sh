#!/bin/bash
# Starts Patroni, or with arguments the program they name (etcd). Secrets come from files: an environment that a container is
# given can be read by whoever may look at it.
set -euo pipefail
[ $# -eq 0 ] || exec "$@"

# PostgreSQL refuses a key that others may read. The certificate beside it stays the one of this key when both are renewed, also
# where PostgreSQL alone is started again.
install -m 0600 /run/secrets/postgres-key.pem /run/secrets/postgres-certificate.pem /tmp
PATRONI_SUPERUSER_PASSWORD="$(cat /run/secrets/postgres-superuser-password)"
PATRONI_REPLICATION_PASSWORD="$(cat /run/secrets/postgres-replication-password)"
# Whoever reaches the REST API may read it; to change anything takes this.
PATRONI_RESTAPI_PASSWORD="$(cat /run/secrets/patroni-api-password)"
export PATRONI_SUPERUSER_PASSWORD PATRONI_REPLICATION_PASSWORD PATRONI_RESTAPI_PASSWORD
export PATRONI_RESTAPI_USERNAME=patroni

: "${PATRONI_NAME:?}" "${POSTGRES_PORT:?}"
# Of a server that was killed; the number in it may be another process now.
rm -f "/run/postgres-sockets/.s.PGSQL.$POSTGRES_PORT" "/run/postgres-sockets/.s.PGSQL.$POSTGRES_PORT.lock"
# A path of its own in each, as pgBackRest tells servers apart by it.
export PATRONI_POSTGRESQL_DATA_DIR="/var/lib/postgresql/$PATRONI_NAME/data"
export PATRONI_POSTGRESQL_LISTEN="0.0.0.0:$POSTGRES_PORT"
export PATRONI_POSTGRESQL_CONNECT_ADDRESS="$PATRONI_NAME:$POSTGRES_PORT"
export PATRONI_RESTAPI_LISTEN=0.0.0.0:8008
export PATRONI_RESTAPI_CONNECT_ADDRESS="$PATRONI_NAME:8008"
exec /usr/local/bin/run-patroni.py /etc/soc/patroni.yml
