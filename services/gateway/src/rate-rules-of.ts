import type { GatewayConfig } from './config.ts';
import type { RateRules } from './domain/rate-rules.ts';

/** Many principals share a tenant, and some an address. */
const TENANT_SHARE = 10;
const ADDRESS_SHARE = 4;

/** The rules of the configuration; a tenant may do ten times, and an address four times, what a principal may, unless told. */
export function rateRulesOf(config: GatewayConfig): RateRules {
  const { RATE_LIMIT_PER_S: perS, RATE_LIMIT_BURST: burst } = config;
  return {
    caller: {
      general: { name: 'general', perS, burst },
      ingest: {
        name: 'ingest',
        perS: config.RATE_LIMIT_INGEST_PER_S ?? perS,
        burst: config.RATE_LIMIT_INGEST_BURST ?? burst,
      },
      search: { name: 'search', perS: config.RATE_LIMIT_SEARCH_PER_S, burst: config.RATE_LIMIT_SEARCH_BURST },
    },
    tenant: {
      name: 'tenant',
      perS: config.RATE_LIMIT_TENANT_PER_S ?? perS * TENANT_SHARE,
      burst: config.RATE_LIMIT_TENANT_BURST ?? burst * TENANT_SHARE,
    },
    address: {
      name: 'address',
      perS: config.RATE_LIMIT_ADDRESS_PER_S ?? perS * ADDRESS_SHARE,
      burst: config.RATE_LIMIT_ADDRESS_BURST ?? burst * ADDRESS_SHARE,
    },
    login: { name: 'login', perS: config.RATE_LIMIT_LOGIN_PER_MIN / 60, burst: config.RATE_LIMIT_LOGIN_BURST },
    keys: { name: 'keys', perS: config.RATE_LIMIT_KEYS_PER_MIN / 60, burst: config.RATE_LIMIT_KEYS_BURST },
  };
}
