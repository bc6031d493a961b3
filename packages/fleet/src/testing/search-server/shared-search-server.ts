import { sharedServer } from '../shared-server.ts';

/** The URL of the one search server of this run, if it can be had; each test has index names of its own. */
export const sharedSearchServer = (): Promise<string | undefined> => sharedServer('search-server');
