import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { debianFile } from '../servers/debian-packages.ts';

const run = promisify(execFile);

export interface Load {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** One request goes with each in turn. */
  readonly tokens: readonly string[];
  /** That goes with each, name and value. */
  readonly field?: readonly [string, string];
  readonly connections: number;
  readonly forS: number;
}

/** How a closed loop of requests went. */
export interface Loaded {
  readonly requests: number;
  readonly perS: number;
}

/** Every request is made up before the first is sent; `done` tells as JSON how it went. */
const script = ({ method, path, body = '', tokens, field }: Load): string => `
local made, turn = {}, 0
init = function()
  for _, token in ipairs({ ${tokens.map((token) => `'${token}'`).join(', ')} }) do
    local headers = { ['authorization'] = 'Bearer ' .. token }
    ${field ? `headers['${field[0]}'] = '${field[1]}'` : ''}
    if '${method}' == 'POST' then headers['content-type'] = 'application/json' end
    made[#made + 1] = wrk.format('${method}', '${path}', headers, ${method === 'POST' ? `'${body}'` : 'nil'})
  end
end
request = function()
  turn = turn % #made + 1
  return made[turn]
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"durationUs":%d,"bad":%d,"broken":%d}\\n', summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
`;

/** Sends requests as fast as they are answered, from one thread. Throws when one is not answered 2xx. */
export async function load(directory: string, asked: Load): Promise<Loaded> {
  const file = `${directory}/load.lua`;
  await writeFile(file, script(asked));
  const libraries = await debianFile('proxies', 'usr/lib/*-linux-gnu*');
  const wrk = await debianFile('proxies', 'usr/bin/wrk');
  const { connections, forS, port } = asked;
  const how = ['-t1', `-c${connections}`, `-d${forS}s`, '--timeout', '30s', '-s', file, `http://127.0.0.1:${port}`];
  const { stdout } = await run('taskset', ['-c', '1', wrk, ...how], {
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  });
  const line = stdout.split('\n').find((one) => one.startsWith('{')) ?? '{}';
  // `done` above writes it.
  const told = JSON.parse(line) as { requests: number; durationUs: number; bad: number; broken: number };
  if (told.bad > 0 || told.broken > 0) throw new Error(`${told.bad} bad and ${told.broken} broken answers`);
  return { requests: told.requests, perS: told.requests / (told.durationUs / 1e6) };
}
