#!/bin/bash
# Within the build of an image: parts the sources of $SERVICE (/selected/app) from what its dependencies follow from
# (/selected/manifests), so that an edit of a source installs nothing anew.
set -euo pipefail

case "${SERVICE:?say which service: --build-arg SERVICE=alert}" in
  tools) package=@soc/fleet main=packages/fleet/src/cli/main.ts ;;
  *) package="@soc/$SERVICE-service" main="services/$SERVICE/src/main.ts" ;;
esac
[ -f "$main" ] || { echo "There is no service $SERVICE: $main is missing." >&2; exit 1; }

mkdir -p /selected/manifests /selected/app
cp --parents package.json pnpm-lock.yaml pnpm-workspace.yaml packages/*/package.json services/*/package.json /selected/manifests
printf '%s' "$package" >/selected/manifests/package-name

cp -r --parents packages /selected/app
if [ "$SERVICE" = tools ]; then
  cp -r --parents services /selected/app
else
  rm -r /selected/app/packages/fleet
  cp -r --parents "services/$SERVICE" /selected/app
fi
ln -s "/app/$main" /selected/app/main.ts
