import { chown, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAccount } from '../../account/server-account.ts';
import { fileOf, type Jar, listJars, OPENSEARCH_VERSION } from './jars.ts';

/** Modules of the server that it cannot do without: HTTP, analysers as every release has them, and copying of an index. */
const MODULES = [
  {
    name: 'transport-netty4',
    plugin: 'org.opensearch.transport.Netty4Plugin',
    holds: /^(transport-netty4-client|netty-)/,
  },
  {
    name: 'reindex',
    plugin: 'org.opensearch.index.reindex.ReindexPlugin',
    holds: /^(reindex-client|opensearch-ssl-config|opensearch-rest-client|http|commons-)/,
  },
  {
    name: 'analysis-common',
    plugin: 'org.opensearch.analysis.common.CommonAnalysisPlugin',
    holds: /^analysis-common/,
  },
];

const descriptorOf = ({ name, plugin }: { readonly name: string; readonly plugin: string }): string =>
  `name=${name}
description=${name}
version=${OPENSEARCH_VERSION}
opensearch.version=${OPENSEARCH_VERSION}
java.version=11
classname=${plugin}
`;

/** The server of a test trusts its own modules. */
const POLICY = 'grant {\n  permission java.security.AllPermission;\n};\n';

const LOGGING = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;

/** A crash of the machine ends the test anyway; that of the process loses nothing. Room on the disk is not the test's matter. */
const SETTINGS = `cluster.name: soc-test
discovery.type: single-node
network.host: 127.0.0.1
cluster.routing.allocation.disk.threshold_enabled: false
`;

const folderOf = ({ name, revision }: Jar): string => {
  const module = MODULES.find(({ holds }) => holds.test(`${name}-${revision}`));
  return module ? join('modules', module.name) : 'lib';
};

/** Lays the jars out as a release of the server does, in a folder that its user can read. */
export async function layOutServerHome(home: string, jars: string, account: ServerAccount | undefined): Promise<void> {
  const modules = MODULES.map(({ name }) => join('modules', name));
  for (const folder of ['lib', 'plugins', 'config', 'data', 'logs', 'tmp', ...modules]) {
    await mkdir(join(home, folder), { recursive: true, mode: 0o755 });
  }
  await Promise.all([
    ...(await listJars()).map((jar) => copyFile(join(jars, fileOf(jar)), join(home, folderOf(jar), fileOf(jar)))),
    ...MODULES.flatMap((module) => [
      writeFile(join(home, 'modules', module.name, 'plugin-descriptor.properties'), descriptorOf(module)),
      writeFile(join(home, 'modules', module.name, 'plugin-security.policy'), POLICY),
    ]),
    writeFile(join(home, 'config', 'opensearch.yml'), SETTINGS),
    writeFile(join(home, 'config', 'log4j2.properties'), LOGGING),
  ]);
  if (!account) return;
  for (const folder of ['config', 'data', 'logs', 'tmp']) await chown(join(home, folder), account.uid, account.gid);
}
