#!/bin/bash
# Starts the server as Elasticsearch's script of this name would. It knows no passwords: whoever reaches it may do all.
set -euo pipefail
home=/usr/share/elasticsearch
exec java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.security.manager=allow -Djna.nosys=true \
  -Dlog4j2.disable.jmx=true -Dio.netty.noUnsafe=true -Dio.netty.allocator.numDirectArenas=0 -Djava.io.tmpdir=/tmp \
  -Dopensearch.distribution.type=tar -Dopensearch.path.home=$home -Dopensearch.path.conf=$home/config \
  -cp "$home/lib/*" org.opensearch.bootstrap.OpenSearch -Enetwork.host=0.0.0.0
