import { declaredStatuses, type EndpointSpec } from '@soc/contracts';
import { busOperations } from '@soc/contracts/bus/endpoints';
import { endpoints } from '@soc/contracts/endpoints';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contractNames } from './contract-names.ts';
import { productionSources, textOf } from './sources.ts';

const names = await contractNames();
const sources = [...productionSources('services/'), ...productionSources('packages/service-kit/')];
const recording = process.env['SOC_CONTRACT_COVERAGE_FILE'];

/** How the sources name an endpoint: as packages/contracts exports it or, of those made for each service alike, as a member. */
function nameOf(spec: EndpointSpec): string | undefined {
  const operations = Object.values(busOperations).find((each) => Object.values(each).some((made) => made === spec));
  const member = Object.entries(operations ?? {}).find(([, made]) => made === spec)?.[0];
  return member === undefined ? names.get(spec) : String.raw`bus\.${member}`;
}

test.each(endpoints)('$id has a handler in the service that owns it', (spec) => {
  const name = nameOf(spec);
  expect(name, `${spec.id} is exported by packages/contracts`).toBeDefined();
  const owners = sources.filter(
    ({ file }) => file.startsWith(`services/${spec.service}/`) || file.startsWith('packages/'),
  );
  const handler = new RegExp(String.raw`\broute\(\s*${name}\b`);
  expect(owners.filter(({ text }) => handler.test(text)).map(({ file }) => file)).toHaveLength(1);
});

test.each(endpoints)('$id is documented', (spec) => {
  expect(textOf('docs/generated/endpoints.md')).toContain(`| ${spec.method} | \`${spec.url}\` |`);
  expect(textOf('docs/generated/openapi.json')).toContain(`"operationId": "${spec.id}"`);
});

// Only `npm test` records the answers of the whole suite; run alone, this file has nothing to judge them by.
test.skipIf(recording === undefined).each(endpoints)('every declared status of $id is seen by a test', (spec) => {
  const lines = existsSync(recording ?? '') ? readFileSync(recording ?? '', 'utf8').split('\n') : [];
  const seen = new Set(lines);
  const missing = declaredStatuses(spec).filter((status) => !seen.has(`${spec.method} ${spec.url} ${status}`));
  expect(missing).toEqual([]);
});
