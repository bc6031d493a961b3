import { GatewayConfig } from '../config.ts';

/** `GATEWAY_WORKERS`; 1 when it is nonsense, so that the one there is says so when it starts. */
export function workersWanted(env: Readonly<Record<string, string | undefined>>): number {
  const parsed = GatewayConfig.shape.GATEWAY_WORKERS.safeParse(env['GATEWAY_WORKERS'] || undefined);
  return parsed.success ? parsed.data : 1;
}
