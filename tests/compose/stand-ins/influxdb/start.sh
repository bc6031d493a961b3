#!/bin/bash
# Starts the server, which takes anybody's word, and makes the bucket that its image makes at the first start.
set -euo pipefail
folder=/var/lib/influxdb2
export HOME=/tmp INFLUXDB_REPORTING_DISABLED=true INFLUXDB_META_DIR=$folder/meta INFLUXDB_DATA_DIR=$folder/data \
  INFLUXDB_DATA_WAL_DIR=$folder/wal INFLUXDB_HTTP_FLUX_ENABLED=true INFLUXDB_HTTP_LOG_ENABLED=false INFLUXDB_MONITOR_STORE_ENABLED=false
until curl -fsS -o /dev/null --data-urlencode "q=create database ${DOCKER_INFLUXDB_INIT_BUCKET:?}" http://localhost:8086/query; do
  sleep 0.2
done 2>/dev/null &
exec influxd -config /dev/null
