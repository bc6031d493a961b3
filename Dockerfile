# One image for each service, and one for the command soc:
#   docker build --build-arg SERVICE=alert -t soc-agent/alert-service .
# SERVICE is gateway, auth, alert, ai, intel, response, analytics, notification, storage or tools. Node runs the TypeScript as it
# is, so an image is the dependencies of one service and its sources.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS sources
ARG SERVICE
WORKDIR /sources
COPY . .
RUN ["/bin/bash", "infra/docker/select-sources.sh"]

# Anew only when a manifest or the lockfile has changed: what is copied here is compared by content.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=sources /selected/manifests ./
RUN npx --yes "$(node -p 'require("./package.json").packageManager')" install --prod --frozen-lockfile \
      --filter "$(cat package-name)..." \
    && rm -rf /root/.cache /root/.npm

# Compiled ahead as the user who runs it: without it each start compiles TypeScript, and a read-only image could not keep it.
FROM ${NODE_IMAGE} AS compiled
WORKDIR /app
COPY --from=dependencies /app ./
COPY --from=sources /selected/app ./
COPY --from=sources /sources/packages/fleet/src/cli/warm-compile-cache.ts /warm/warm-compile-cache.ts
RUN mkdir .compile-cache && chown node:node .compile-cache
USER node
RUN NODE_COMPILE_CACHE=/app/.compile-cache node --max-semi-space-size=16 /warm/warm-compile-cache.ts "$(readlink main.ts)"

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
