import type { EndpointSpec } from '@soc/contracts';

/** Of an endpoint whose contract names no other. */
const DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024;

/** Largest body of an endpoint. */
export const bodyLimitOf = ({ bodyKind, bodyLimitBytes }: EndpointSpec): number =>
  bodyLimitBytes ?? (bodyKind === 'stream' ? Number.POSITIVE_INFINITY : DEFAULT_BODY_LIMIT_BYTES);
