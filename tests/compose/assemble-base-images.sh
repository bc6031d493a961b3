#!/bin/bash
# Makes the base images that our Dockerfiles and the compose file ask for, by their names, from Debian's packages and the Node of
# the npm registry: for a machine whose Docker engine reaches no image registry. As root; debootstrap and docker on the PATH.
#
#   tests/compose/assemble-base-images.sh [node] [debian] [redis]
#
# They stand in for the real ones: the same users, folders and programs, but redis is Debian's 7.0. Certificates and registry
# settings of this machine go into them, so that builds on top can install; never push them anywhere. One that is there stays.
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

is_there() { docker image inspect "$1" >/dev/null 2>&1; }

node_image() {
  is_there "$(image_of Dockerfile NODE_IMAGE)" && return
  bootstrap bookworm
  docker import "$work/bookworm.tar" soc-base/bookworm >/dev/null
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
  image="$(sed -n 's/^ *image: \(redis:.*\)$/\1/p' docker-compose.microservices.yml)"
  is_there "$image" && return
  bootstrap bookworm
  docker import "$work/bookworm.tar" soc-base/bookworm >/dev/null
  mkdir -p "$folder"
  layered "$image" "$folder" <<'END'
FROM soc-base/bookworm
RUN groupadd --gid 999 redis && useradd --uid 999 --gid redis redis && apt-get update \
    && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/* && install -d -o redis -g redis /data
USER redis
END
}

[ $# -gt 0 ] || set -- node debian redis
for each in "$@"; do
  "${each}_image"
  echo "assembled: $each"
done
