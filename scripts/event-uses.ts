import type { EventSpec } from '@soc/contracts';
import * as contracts from '@soc/contracts';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from './repository-root.ts';
import { isTest, sourceFiles } from './source-files.ts';

/** The services that publish an event and those that hear it. */
export interface EventUses {
  readonly publishers: readonly string[];
  readonly subscribers: readonly string[];
}

/** Finds in the sources of the services who publishes and who hears each event, by the name its contract is exported under. */
export function findEventUses(): (spec: EventSpec) => EventUses {
  const sources = sourceFiles()
    .filter((file) => /^services\/[^/]+\/src\//.test(file) && !isTest(file))
    .map((file) => ({
      service: file.split('/')[1] ?? '',
      text: readFileSync(path.join(repositoryRoot, file), 'utf8'),
    }));
  const servicesWith = (pattern: RegExp): string[] => [
    ...new Set(sources.filter(({ text }) => pattern.test(text)).map(({ service }) => service)),
  ];
  const names = new Map<unknown, string>(Object.entries(contracts).map(([name, value]) => [value, name]));
  const withAudit = servicesWith(/\bauditEvents\b/);
  return (spec) => {
    // Their owners publish them by service-kit's audit; one handler hears all of them.
    if (contracts.isAuditEvent(spec)) return { publishers: [spec.owner], subscribers: withAudit };
    const name = names.get(spec);
    if (name === undefined) return { publishers: [], subscribers: [] };
    return {
      publishers: servicesWith(new RegExp(String.raw`\b(?:publish|message)\(\s*(?:[^(),]+,\s*)?${name}\b`)),
      subscribers: servicesWith(new RegExp(String.raw`\b(?:subscription|batchSubscription)\(\s*${name}\b`)),
    };
  };
}
