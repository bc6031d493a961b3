export { ensureDockerCompose } from './ensure-docker-compose.ts';
export { ensureDockerEngine } from './ensure-docker-engine.ts';
