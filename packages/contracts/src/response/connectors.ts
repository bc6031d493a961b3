import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { PlaybookId } from './playbooks.ts';

/** An http-api agent or target named by an imported playbook. */
export const Connector = z.object({
  playbookId: PlaybookId,
  playbookName: z.string(),
  definitionId: z.string(),
  name: z.string(),
  /** Where requests go, e.g. `https://edr.example.com:8443/v1`; variables are shown as they are written. */
  url: z.string(),
  /** Whether the operator's allow-list lets requests through; null while a variable decides the host. */
  allowed: z.boolean().nullable(),
});
export type Connector = z.infer<typeof Connector>;

export const ListConnectors = endpoint({
  id: 'listConnectors',
  service: 'response',
  method: 'GET',
  url: '/api/v1/response/connectors',
  summary: 'Lists the systems playbooks talk to, and which of them the operator allows.',
  permission: 'playbooks:read',
  responses: {
    200: z.object({
      /** RESPONSE_ALLOWED_HOSTS; empty means that no step may send a request. */
      allowedHosts: z.array(z.string()),
      /** Of at most the 500 first playbooks by name. */
      connectors: z.array(Connector),
    }),
  },
});
