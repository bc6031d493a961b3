import { endpoints } from '@soc/contracts/endpoints';
import { FLEET_VERSION } from '@soc/service-kit';
import { type OpenApiDocument, openApiDocument } from '@soc/service-kit/openapi';

/** Every endpoint of the fleet as OpenAPI 3.1. */
export const fleetDocument = (): OpenApiDocument =>
  openApiDocument(endpoints, {
    title: 'SOC Agent',
    version: FLEET_VERSION,
    description:
      'A security operations centre: nine services behind one gateway. Errors are RFC 9457 problem details whose `code` ' +
      'is stable. Lists answer `{items, nextCursor}`. A write answers `x-consistency-token`; a read that sends it back ' +
      'sees that write.',
  });
