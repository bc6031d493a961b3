# One image for each service, and one for the command soc:
#   docker build --build-arg SERVICE=alert -t soc-agent/alert-service .
# SERVICE is gateway, auth, alert, ai, intel, response, analytics, notification, storage or tools. Node runs the TypeScript as it
# is, so an image is the dependencies of one service and its sources.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
# Of the same release as infra/postgres, for its pgBackRest.
ARG DEBIAN_IMAGE=debian:13.1-slim

FROM ${NODE_IMAGE} AS sources
ARG SERVICE
WORKDIR /sources
COPY . .
RUN ["/bin/bash", "infra/docker/select-sources.sh"]

# What any of the images may need, fetched once for all of them.
FROM ${NODE_IMAGE} AS fetched
WORKDIR /fetched
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
# package.json pins the version of pnpm, which hadolint does not follow.
# hadolint ignore=DL3016
RUN npm install --global "$(node -p 'require("./package.json").packageManager')" \
    && pnpm fetch --prod \
    && rm -rf node_modules /root/.npm

# Anew only when a manifest or the lockfile has changed: what is copied here is compared by content. What packages need for their
# own tests is not followed. The bill of materials (CycloneDX) goes along, as /app/sbom.cdx.json.
FROM fetched AS dependencies
WORKDIR /app
COPY --from=sources /selected/manifests ./
RUN package="$(cat package-name)" \
    && pnpm install --prod --offline --frozen-lockfile --filter-prod "$package..." \
    && pnpm --filter-prod "$package" sbom --lockfile-only --prod --sbom-format cyclonedx \
         --sbom-type application --out "$PWD/sbom.cdx.json"

# Compiled ahead as the user who runs it: without it each start compiles TypeScript, and a read-only image could not keep it.
FROM ${NODE_IMAGE} AS compiled
WORKDIR /app
COPY --from=dependencies /app ./
COPY --from=sources /selected/app ./
COPY --from=sources /sources/packages/fleet/src/cli/warm-compile-cache.ts /warm/warm-compile-cache.ts
RUN mkdir .compile-cache && chown node:node .compile-cache
USER node
RUN NODE_COMPILE_CACHE=/app/.compile-cache node --max-semi-space-size=16 /warm/warm-compile-cache.ts "$(readlink main.ts)"

# With SERVICE=tools and --target backup-agent: `soc backup schedule` beside PostgreSQL, as its user.
FROM ${DEBIAN_IMAGE} AS backup-agent
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/.compile-cache MALLOC_ARENA_MAX=2
# hadolint ignore=DL3008
RUN groupadd --gid 999 postgres \
    && useradd --uid 999 --gid postgres --home-dir /var/lib/postgresql --shell /bin/bash postgres \
    && apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libstdc++6 pgbackrest \
    && rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/* \
    && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/postgres-master /var/lib/postgresql/postgres-slave \
         /run/postgres-sockets
WORKDIR /app
COPY --from=compiled /usr/local/bin/node /usr/local/bin/node
COPY --from=compiled /app ./
USER postgres
ENTRYPOINT ["node", "/app/main.ts", "backup", "schedule"]

FROM ${NODE_IMAGE}
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/.compile-cache MALLOC_ARENA_MAX=2 SOC_HOST=0.0.0.0
WORKDIR /app
COPY infra/docker/healthy.sh /usr/local/bin/healthy
# What is mounted here takes its owner from here.
RUN mkdir -p /var/lib/soc/audit-checkpoints /var/lib/soc/evidence && chown -R node:node /var/lib/soc
COPY --from=compiled /app ./
USER node
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/bin/bash", "/usr/local/bin/healthy"]
# Node itself gets the SIGTERM, and the service stops in order. The compose file puts an init before it all the same, for the
# half second before a service listens to signals.
ENTRYPOINT ["node", "--max-semi-space-size=16", "/app/main.ts"]
