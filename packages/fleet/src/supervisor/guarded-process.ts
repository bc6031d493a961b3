import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * PostgreSQL and Redis do not notice the death of who started them, so a shell of 1 MB stands guard. Its standard input is
 * a pipe nobody writes to, the lifeline, held by the supervisor and by the services that need the server. When the last
 * of them is gone, however it died, the pipe closes and the guard stops the server.
 * TERM stops the server with its own polite signal, USR1 kills it.
 */
const GUARD = `
stop_signal=$1; shift
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
trap 'kill -s "$stop_signal" $server' TERM
trap 'kill -s KILL $server' USR1
( trap - TERM USR1; read -r _; kill -s "$stop_signal" $server ) <&3 3<&- &
watcher=$!
exec 3<&- </dev/null
while kill -0 $server 2>/dev/null; do wait $server; code=$?; done
kill $watcher 2>/dev/null
exit $code`;

export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly stopSignal: 'INT' | 'TERM';
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Where its output goes. */
  readonly logFd: number;
  /** Another user to run as; only root may. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts a data server under guard, in a process group of its own: a Ctrl-C of the terminal does not reach it. */
export function spawnGuarded(guarded: GuardedCommand): ChildProcess {
  return spawn('/bin/sh', ['-c', GUARD, 'guard', guarded.stopSignal, guarded.command, ...guarded.args], {
    stdio: ['pipe', guarded.logFd, guarded.logFd],
    detached: true,
    cwd: guarded.cwd,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...guarded.env },
    ...(guarded.uid !== undefined && { uid: guarded.uid }),
    ...(guarded.gid !== undefined && { gid: guarded.gid }),
  });
}

/** The lifeline of a guarded process; hand it to whoever needs the server, as one more `stdio` of theirs. */
export function lifelineOf(child: ChildProcess): Writable {
  if (!child.stdin) throw new Error('a guarded process has its standard input as a pipe');
  return child.stdin;
}
