import { GetDocs } from '@soc/contracts/gateway/documentation';
import { route } from '@soc/service-kit';
import { fleetDocument } from '../documentation/fleet-document.ts';
import { DOCS_CONTENT_SECURITY_POLICY, docsPage } from '../documentation/docs-page.ts';

export const getDocsRoute = () => {
  let page: string | undefined;
  return route(GetDocs, ({ reply }) => {
    reply.type('text/html; charset=utf-8').header('content-security-policy', DOCS_CONTENT_SECURITY_POLICY);
    return Promise.resolve((page ??= docsPage(fleetDocument())));
  });
};
