#!/bin/bash
# Makes the base images that our Dockerfiles and the compose file ask for, by their names, from Debian's packages, the Node of the npm
# registry and Go modules: for a machine whose Docker engine reaches no image registry. As root; debootstrap, docker and, for
# mailpit, go on the PATH.
#
#   tests/compose/assemble-base-images.sh [node] [debian] [redis] [monitoring] [mailpit] [bookworm]
#
# They stand in for the real ones: the same users, folders and programs, in the versions of Debian 13 or, for redis, of Debian 12.
# `bookworm` is what others are made from. Certificates and registry settings of this machine go into them, so that builds on top
# can install; never push them anywhere. One that is there stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work="${SOC_IMAGE_WORK:-/var/tmp/soc-base-images}"
mkdir -p "$work"

# A Debian of one release, once: bootstrap RELEASE.
bootstrap() {
  [ -f "$work/$1.tar" ] && return
  rm -rf "${work:?}/$1"
  debootstrap --variant=minbase --include=ca-certificates "$1" "$work/$1" http://deb.debian.org/debian >"$work/$1.log"
  cp /etc/ssl/certs/ca-certificates.crt "$work/$1/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$work/$1"/var/cache/apt/archives/*.deb "$work/$1"/var/lib/apt/lists/*
  tar -C "$work/$1" -cf "$work/$1.tar" .
}

# The image of a Dockerfile on standard input, with the files of a folder: layered NAME FOLDER.
layered() { docker build --quiet --network host -t "$1" -f - "$2" >/dev/null; }

image_of() { sed -n "s/^ARG $2=//p" "$1"; }

# The image that the compose file asks for: composed REPOSITORY.
composed() { sed -n "s|^ *image: \($1:.*\)\$|\1|p" docker-compose.microservices.yml; }

is_there() { docker image inspect "$1" >/dev/null 2>&1; }

bookworm_image() {
  is_there soc-base/bookworm && return
  bootstrap bookworm
  docker import "$work/bookworm.tar" soc-base/bookworm >/dev/null
}

node_image() {
  is_there "$(image_of Dockerfile NODE_IMAGE)" && return
  bookworm_image
  local folder="$work/node"
  rm -rf "$folder" && mkdir -p "$folder"
  cp -L node_modules/node/bin/node "$folder/node"
  cp -rL "$(npm root -g)/npm" "$folder/npm"
  printf 'cafile=/etc/ssl/certs/ca-certificates.crt\nregistry=%s\n' "$(npm config get registry)" >"$folder/npmrc"
  layered "$(image_of Dockerfile NODE_IMAGE)" "$folder" <<'END'
FROM soc-base/bookworm
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY npmrc /usr/local/etc/npmrc
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
CMD ["node"]
END
}

debian_image() {
  is_there "$(image_of infra/postgres/Dockerfile DEBIAN_IMAGE)" && return
  bootstrap trixie
  docker import "$work/trixie.tar" "$(image_of infra/postgres/Dockerfile DEBIAN_IMAGE)" >/dev/null
}

redis_image() {
  local image folder="$work/redis"
  image="$(composed redis)"
  is_there "$image" && return
  bookworm_image
  mkdir -p "$folder"
  layered "$image" "$folder" <<'END'
FROM soc-base/bookworm
RUN groupadd --gid 999 redis && useradd --uid 999 --gid redis redis && apt-get update \
    && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/* && install -d -o redis -g redis /data
USER redis
END
}

# Programs alone, without what packages do when they are installed: monitored REPOSITORY PACKAGE PROGRAM [FOLDER OF ITS DATA].
monitored() {
  local image
  image="$(composed "$1")"
  is_there "$image" && return
  debian_image
  mkdir -p "$work/monitoring"
  layered "$image" "$work/monitoring" <<END
FROM $(image_of infra/postgres/Dockerfile DEBIAN_IMAGE)
RUN apt-get update && apt-get install -y --no-install-recommends wget && cd /tmp && apt-get download $2 \\
    && dpkg -x $2_*.deb / && rm -rf /tmp/*.deb /var/lib/apt/lists/* && { [ -e $3 ] || ln -s /usr/bin/$2 $3; } \\
    && install -d -o nobody -g nogroup ${4:-/tmp/none}
USER nobody
ENTRYPOINT ["$3"]
END
}

monitoring_image() {
  monitored prom/prometheus prometheus /bin/prometheus /prometheus
  monitored prom/alertmanager prometheus-alertmanager /bin/alertmanager /alertmanager
  monitored prom/node-exporter prometheus-node-exporter /bin/node_exporter
  monitored prometheuscommunity/postgres-exporter prometheus-postgres-exporter /bin/postgres_exporter
  monitored prometheuscommunity/elasticsearch-exporter prometheus-elasticsearch-exporter /bin/elasticsearch_exporter
  monitored oliver006/redis_exporter prometheus-redis-exporter /redis_exporter
}

# Its page is not in the Go module; its SMTP server and its API are.
mailpit_image() {
  local image folder="$work/mailpit"
  image="$(composed axllent/mailpit)"
  is_there "$image" && return
  debian_image
  mkdir -p "$folder"
  [ -x "$folder/mailpit" ] \
    || CGO_ENABLED=0 GOBIN="$folder" go install -trimpath '-ldflags=-s -w' "github.com/axllent/mailpit@${MAILPIT_VERSION:-v1.27.11}"
  layered "$image" "$folder" <<END
FROM $(image_of infra/postgres/Dockerfile DEBIAN_IMAGE)
COPY mailpit /mailpit
ENTRYPOINT ["/mailpit"]
END
}

[ $# -gt 0 ] || set -- node debian redis monitoring mailpit
for each in "$@"; do
  "${each}_image"
  echo "assembled: $each"
done
