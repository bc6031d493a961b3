import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debianFile } from '../../servers/debian-packages.ts';
import { spawnServer, type Server } from '../../servers/spawn-server.ts';

export interface RabbitPorts {
  readonly amqp: number;
  /** Of the Erlang distribution, which RabbitMQ needs even alone, and of its name server. */
  readonly distribution: number;
  readonly epmd: number;
}

/** RabbitMQ without plugins in `directory`, with an Erlang name server of its own, all of it on loopback. */
export async function startRabbitServer(directory: string, ports: RabbitPorts): Promise<Server> {
  const home = join(directory, 'rabbit');
  await mkdir(home);
  await writeFile(join(home, 'plugins'), '[].');
  await writeFile(join(home, 'rabbitmq.conf'), 'log.console.level = warning\n');
  const erlang = await debianFile('queues', 'usr/lib/erlang/bin');
  const env = {
    PATH: `${erlang}:/usr/bin:/bin`,
    HOME: home,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(ports.epmd),
    RABBITMQ_ALLOW_INPUT: '1', // the launcher becomes the server: the process we start is the one we end
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: join(home, 'none'),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_NODENAME: 'bench@localhost',
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  };
  const logFile = join(directory, 'rabbit.log');
  const epmd = await spawnServer(join(erlang, 'epmd'), ['-address', '127.0.0.1', '-port', String(ports.epmd)], {
    port: ports.epmd,
    logFile,
  });
  const launcher = await debianFile('queues', 'usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server');
  const server = await spawnServer('sh', [launcher, '-noinput'], { port: ports.amqp, logFile, env });
  return {
    pid: server.pid,
    stop: async () => {
      await server.stop();
      await epmd.stop();
    },
  };
}
