#!/bin/bash
# Whether the service in this container works: GET /health on its port answers 200. Bash alone, since a Node for each look
# would cost more than the service does when it is idle.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${PORT:?}"
printf 'GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
