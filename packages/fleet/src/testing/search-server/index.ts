export { sharedSearchServer } from './shared-search-server.ts';
export { type SearchServer, startSearchServer } from './start-search-server.ts';
