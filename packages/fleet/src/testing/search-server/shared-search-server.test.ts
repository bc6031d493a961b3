import { expect, test } from 'vitest';
import { sharedSearchServer } from './shared-search-server.ts';

const url = await sharedSearchServer();

test.skipIf(url === undefined)(
  'tests share one search server, whose copying and analysers are those of a release',
  async () => {
    expect(await sharedSearchServer()).toBe(url);
    const answer = await fetch(`${url}/_nodes/_local/plugins`);
    expect(JSON.stringify(await answer.json())).toMatch(/analysis-common.*reindex.*transport-netty4/);
  },
  300_000,
);
