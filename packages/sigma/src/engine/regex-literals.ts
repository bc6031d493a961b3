import { foldCase } from './fold.ts';

/** Texts of which at least one is in whatever the expression matches, folded; undefined when none can be told. */
export type Literals = readonly string[] | undefined;

/** More alternatives than this tell too little. */
const MOST_ALTERNATIVES = 64;

const shortest = (literals: readonly string[]): number => Math.min(...literals.map((literal) => literal.length));

/** The more telling of two demands, of which both hold. */
const better = (a: Literals, b: Literals): Literals => {
  if (!a || !b) return a ?? b;
  return shortest(a) >= shortest(b) ? a : b;
};

interface Item {
  /** One character as it is written, which may go on a run. */
  readonly character?: string;
  readonly literals?: Literals;
}

const NOTHING: Item = {};

/** Reads RE2's syntax as far as it takes to tell what is demanded; what it does not know demands nothing. */
class LiteralReader {
  readonly #source: string;
  #at = 0;
  #isBeyond = false;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Literals {
    const literals = this.#alternation();
    return this.#isBeyond || this.#at < this.#source.length ? undefined : literals;
  }

  /** What follows is beyond this reader; then nothing is demanded. */
  #giveUp(): Item {
    this.#isBeyond = true;
    this.#at = this.#source.length;
    return NOTHING;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#source)?.[0];
    this.#at += taken?.length ?? 0;
    return taken;
  }

  #alternation(): Literals {
    let all: Literals = [];
    do {
      const one = this.#concatenation();
      all = all && one && all.length + one.length <= MOST_ALTERNATIVES ? [...all, ...one] : undefined;
    } while (this.#take(/\|/y));
    return all;
  }

  #concatenation(): Literals {
    let best: Literals;
    let run = '';
    const endRun = (): void => {
      if (run !== '') best = better(best, [foldCase(run)]);
      run = '';
    };
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at] ?? '')) {
      const { character, literals } = this.#item();
      const least = this.#quantifier();
      if (character !== undefined && least !== 0) run += character;
      if (character === undefined || least !== undefined) endRun();
      if (literals && least !== 0) best = better(best, literals);
    }
    endRun();
    return best;
  }

  /** How often at least; undefined without a quantifier. */
  #quantifier(): number | undefined {
    const taken = this.#take(/(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?/y);
    if (taken === undefined) return undefined;
    if (taken.startsWith('+')) return 1;
    return taken.startsWith('{') ? Number.parseInt(taken.slice(1), 10) : 0;
  }

  #item(): Item {
    const character = this.#source[this.#at] ?? '';
    if (character === '(') return this.#group();
    if (character === '[') return this.#class();
    if (character === '\\') return this.#escape();
    this.#at += 1;
    if ('.^$'.includes(character)) return NOTHING;
    if ('*+?'.includes(character)) return this.#giveUp();
    // Beyond ASCII, ignoring case goes further in expressions than in folding.
    return character.charCodeAt(0) < 128 ? { character } : NOTHING;
  }

  #group(): Item {
    const opened = this.#take(/\((?:\?(?:P?<\w+>|[imsU-]*[:)]))?/y) ?? '';
    // Anything else with a question mark: look-around, atomic groups, comments.
    if (this.#source[this.#at] === '?') return this.#giveUp();
    // RE2 takes a quantifier behind mere flags for one of what stands before them.
    if (opened.endsWith(')')) return /[*+?{]/.test(this.#source[this.#at] ?? '') ? this.#giveUp() : NOTHING;
    const literals = this.#alternation();
    if (!this.#take(/\)/y)) return this.#giveUp();
    return { literals };
  }

  #class(): Item {
    const taken = this.#take(/\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]/y);
    return taken === undefined ? this.#giveUp() : NOTHING;
  }

  #escape(): Item {
    const punctuation = this.#take(/\\[^\w\s]/y)?.slice(1);
    if (punctuation !== undefined) return punctuation.charCodeAt(0) < 128 ? { character: punctuation } : NOTHING;
    if (this.#take(/\\(?:[dDwWsSbBAztnrfv]|x[\da-fA-F]{2}|x\{[\da-fA-F]+\}|[pP](?:\w|\{\^?\w+\}))/y)) return NOTHING;
    return this.#giveUp();
  }
}

/**
 * What a match of the expression demands of the text, for candidates: at least one of the literals is in the folded text. The
 * expression has to be one the linear engine takes.
 */
export const literalsOf = (source: string): Literals => new LiteralReader(source).read();
