export { ensureSearchServer } from './install-search-server.ts';
export { layOutServerHome } from './server-home.ts';
export { sharedSearchServer } from './shared-search-server.ts';
export { type SearchServer, startSearchServer } from './start-search-server.ts';
