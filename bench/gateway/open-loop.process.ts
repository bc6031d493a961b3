// Sends requests at a steady rate whatever the answers do, and tells by IPC how long each took from when it was due.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { OpenLoop } from './open-loop.ts';

const { port, path, token, perS, forS, connections } = JSON.parse(readFileSync(0, 'utf8')) as OpenLoop;
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const headers = { authorization: `Bearer ${token}` };

const latenciesMs: number[] = [];
let bad = 0;

function send(dueAtMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  request({ host: '127.0.0.1', port, path, headers, agent }, (answer) => {
    if (answer.statusCode !== 200) bad += 1;
    answer.resume().once('end', () => {
      latenciesMs.push(performance.now() - dueAtMs);
      resolve();
    });
  })
    .once('error', () => {
      bad += 1;
      resolve();
    })
    .end();
  return promise;
}

async function steadily(seconds: number): Promise<void> {
  const startedAtMs = performance.now();
  const sent: Promise<void>[] = [];
  for (let index = 0; index < perS * seconds; index += 1) {
    const dueAtMs = startedAtMs + (index * 1000) / perS;
    while (performance.now() < dueAtMs) await pause(1);
    sent.push(send(dueAtMs));
  }
  await Promise.all(sent);
}

await steadily(2); // connections open, compilers warm up
latenciesMs.length = 0;
bad = 0;
await steadily(forS);
agent.destroy();
process.send?.({ latenciesMs, bad }, () => process.disconnect?.());
