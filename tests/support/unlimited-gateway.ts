const MANY = '1000000';

/** Environment of a gateway that turns nobody away for coming often: for tests of what becomes of single requests. */
export const unlimitedGateway: Readonly<Record<string, string>> = {
  RATE_LIMIT_PER_S: MANY,
  RATE_LIMIT_BURST: MANY,
  RATE_LIMIT_SEARCH_PER_S: MANY,
  RATE_LIMIT_SEARCH_BURST: MANY,
  RATE_LIMIT_KEYS_PER_MIN: MANY,
  RATE_LIMIT_KEYS_BURST: MANY,
  RATE_LIMIT_LOGIN_PER_MIN: MANY,
  RATE_LIMIT_LOGIN_BURST: MANY,
  SHED_ADDRESS_IN_FLIGHT: MANY,
  SHED_EVENT_LOOP_DELAY_MS: '60000',
};
