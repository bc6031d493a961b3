import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine, type JsonObject, readRuleFiles, readRules, viewEvent } from '@soc/sigma';
import { sharedData } from '@soc/fleet/testing';

/** What both engines read. */
export interface Corpus {
  readonly rulesDirectory: string;
  readonly rules: number;
  readonly eventsFile: string;
  readonly events: number;
  /** The first of the events alone: what it costs to start and load the rules. */
  readonly oneEventFile: string;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectAt = (value: unknown, key: string): JsonObject => {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
};

/** An event as NXLog writes it: flat, so that the peer, which knows no evtx_dump, finds the fields as rules name them. */
function flattened(raw: JsonObject): JsonObject {
  const event = objectAt(raw, 'Event');
  if (event['System'] === undefined) return raw;
  const system = objectAt(event, 'System');
  const provider = objectAt(objectAt(system, 'Provider'), '#attributes')['Name'];
  const [userData] = Object.values(objectAt(event, 'UserData')).filter(isObject);
  return {
    '@timestamp': objectAt(objectAt(system, 'TimeCreated'), '#attributes')['SystemTime'],
    EventID: isObject(system['EventID']) ? system['EventID']['#text'] : system['EventID'],
    Channel: system['Channel'],
    SourceName: provider,
    Provider_Name: provider,
    Hostname: system['Computer'],
    ...userData,
    ...objectAt(event, 'EventData'),
  };
}

/** With its log source as fields, by which the peer leaves out rules for other logs. */
function withLogSource(event: JsonObject): JsonObject {
  const { product, services, categories } = viewEvent(event);
  return { ...event, product, service: services[0], category: categories[0] };
}

function readEvents(): readonly string[] {
  const folder = sharedData('03-windows-events');
  if (!folder) throw new Error('no events: set SOC_SHARED_DATA to a folder that has 03-windows-events');
  // Each line of the data is an object.
  return globSync(`${folder}/{otrf,evtx-to-mitre}/**/*.ndjson`)
    .toSorted()
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.stringify(withLogSource(flattened(JSON.parse(line) as JsonObject))));
}

/** Writes each file whose rules all load into a folder, and says how many rules that is. */
function writeRules(directory: string): number {
  const archive = sharedData('01-sigma-rules/sigma-rules.tar.gz');
  if (!archive) throw new Error('no rules: set SOC_SHARED_DATA to a folder that has 01-sigma-rules');
  const { files } = readRuleFiles(archive, readFileSync(archive));
  const { rules, refusals } = readRules(files);
  const engine = createEngine(rules.filter((rule) => rule.kind === 'detection'));
  const refused = new Set([...refusals, ...engine.refusals].map(({ file }) => file));
  for (const [index, { file, text }] of files.entries()) {
    if (!refused.has(file)) writeFileSync(join(directory, `${index}.yml`), text);
  }
  return engine.rules;
}

/** Makes the files of the benchmark under a directory, with the real events repeated to at least so many. */
export async function makeCorpus(directory: string, leastEvents: number): Promise<Corpus> {
  const rulesDirectory = join(directory, 'rules');
  mkdirSync(rulesDirectory);
  const rules = writeRules(rulesDirectory);
  const lines = readEvents();
  const [oneEventFile, eventsFile] = [join(directory, 'one.ndjson'), join(directory, 'events.ndjson')];
  writeFileSync(oneEventFile, `${lines[0]}\n`);
  const text = `${lines.join('\n')}\n`;
  const times = Math.ceil(leastEvents / lines.length);
  for (let time = 0; time < times; time += 1) await appendFile(eventsFile, text);
  return { rulesDirectory, rules, eventsFile, events: lines.length * times, oneEventFile };
}
