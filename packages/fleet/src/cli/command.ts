import type { Host } from '../host.ts';

/** An option of a command, `--name` or `--name VALUE`. */
export interface CommandOption {
  readonly name: string;
  /** What stands for the value in the help; absent for a flag. */
  readonly value?: string;
  readonly isRepeatable?: boolean;
  /** Repeatable, and takes all words up to the next option: a shell makes several of `rules/*.yml`. */
  readonly takesSeveral?: boolean;
  readonly help: string;
}

/** What a command is given to work with. */
export interface CommandInput {
  readonly host: Host;
  readonly positionals: readonly string[];
  /** The last value of an option; empty for a flag that is set. */
  readonly value: (option: string) => string | undefined;
  /** All values of a repeatable option. */
  readonly values: (option: string) => readonly string[];
  readonly print: (line: string) => void;
  /** Prints to standard error: what is said beside an answer that other programs read. */
  readonly remark: (line: string) => void;
  /** The first Ctrl-C, SIGTERM or hang-up. */
  readonly interrupted: AbortSignal;
  /** The second one: whoever asks twice wants it at once. */
  readonly insisted: AbortSignal;
}

/** One command of `soc`. Add a new one to `commands.ts`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Words after the name, e.g. `status`; empty when there are none. */
  readonly synopsis: string;
  readonly options: readonly CommandOption[];
  /** Returns the exit code. Throws `OperatorError` for what the person can put right. */
  readonly run: (input: CommandInput) => Promise<number>;
}
