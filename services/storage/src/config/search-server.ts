import { z } from 'zod';

const ServerUrls = z
  .string()
  .transform((text) => text.split(',').map((url) => url.trim()))
  .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1));

/** The search server; search is PostgreSQL's where none is named. */
export const SearchServerConfig = z.object({
  SEARCH_SERVER_URLS: ServerUrls.optional().describe(
    'Nodes of an Elasticsearch 8/9 or OpenSearch 2/3, with commas between them. Search is PostgreSQL where it is absent.',
  ),
  SEARCH_SERVER_USERNAME: z.string().min(1).optional().describe('Whom the search server knows this service as.'),
  SEARCH_SERVER_PASSWORD: z.string().min(1).optional().describe('Password of SEARCH_SERVER_USERNAME.'),
  SEARCH_SERVER_API_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('Encoded API key of the search server, in place of a name and a password.'),
  SEARCH_SERVER_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('PEM of the authority that the search server is trusted by, where it is not a public one.'),
  SEARCH_INDEX_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/)
    .default('soc')
    .describe('Beginning of the names of the indices on the search server.'),
  SEARCH_ROLLOVER_DOCUMENTS: z.coerce
    .number()
    .int()
    .min(1)
    .default(20_000_000)
    .describe('Documents after which a kind gets a new index on the search server.'),
});
export type SearchServerConfig = z.infer<typeof SearchServerConfig>;
