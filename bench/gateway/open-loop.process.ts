// Sends GET requests at a steady rate whatever the answers do, and tells by IPC how long each took from when it was due. On bare
// sockets, since a client that costs as much as the proxy measures itself.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { OpenLoop } from './open-loop.ts';

const WARM_UP_S = 4;
const LAST_WITHIN_MS = 30_000;
const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

const { port, path, token, perS, forS, connections } = JSON.parse(readFileSync(0, 'utf8')) as OpenLoop;
const REQUEST = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`;

let latenciesMs: number[] = [];
let bad = 0;
/** When those were due that no connection is free for. */
const waiting: number[] = [];
const idle: Lane[] = [];

/** One connection, which has one request at a time. */
class Lane {
  readonly #socket: Socket;
  #dueAtMs = 0;
  #answer = '';
  /** Characters of the whole answer; 0 until its head is here. */
  #expected = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk) => this.#take(String(chunk)));
    socket.on('close', () => {
      throw new Error('a connection was closed');
    });
  }

  send(dueAtMs: number): void {
    this.#dueAtMs = dueAtMs;
    this.#answer = '';
    this.#expected = 0;
    this.#socket.write(REQUEST);
  }

  #take(chunk: string): void {
    this.#answer += chunk;
    if (this.#expected === 0) this.#readHead();
    if (this.#expected === 0 || this.#answer.length < this.#expected) return;
    latenciesMs.push(performance.now() - this.#dueAtMs);
    const next = waiting.shift();
    if (next === undefined) idle.push(this);
    else this.send(next);
  }

  #readHead(): void {
    const end = this.#answer.indexOf(HEAD_END);
    if (end < 0) return;
    const length = LENGTH.exec(this.#answer.slice(0, end + 2))?.[1];
    if (length === undefined) throw new Error('an answer does not say its length');
    if (!this.#answer.startsWith('HTTP/1.1 200 ')) bad += 1;
    this.#expected = end + HEAD_END.length + Number(length);
  }
}

async function open(): Promise<Lane> {
  const socket = connect(port, '127.0.0.1');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('connect', resolve).once('error', reject);
  await promise;
  return new Lane(socket);
}

async function steadily(seconds: number): Promise<void> {
  const count = perS * seconds;
  [latenciesMs, bad] = [[], 0];
  const startedAtMs = performance.now();
  for (let index = 0; index < count; index += 1) {
    const dueAtMs = startedAtMs + (index * 1000) / perS;
    while (performance.now() < dueAtMs) await pause(1);
    const lane = idle.shift();
    if (lane) lane.send(dueAtMs);
    else waiting.push(dueAtMs);
  }
  for (const sinceMs = performance.now(); latenciesMs.length < count; await pause(1)) {
    if (performance.now() - sinceMs > LAST_WITHIN_MS) throw new Error('not every request was answered');
  }
}

idle.push(...(await Promise.all(Array.from({ length: connections }, open))));
await steadily(WARM_UP_S);
await steadily(forS);
process.send?.({ latenciesMs, bad }, () => process.exit(0));
