/** What the fleet must know of the process and the machine it runs in; `thisHost()` of the command reads the real one. */
export interface Host {
  /** The Node that services run on: the one this process runs on. */
  readonly nodePath: string;
  readonly pid: number;
  /** The numeric user; undefined where the platform has none. */
  readonly uid: number | undefined;
  /** Handed on to services below what the fleet sets itself. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sends a signal to any process, 0 to ask whether it lives. False when there is no such process. */
  readonly signal: (pid: number, signal: NodeJS.Signals | 0) => boolean;
}
