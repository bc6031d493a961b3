// Nothing in it can be read in two ways, so that V8 may run it on events: there is nothing to go back for.
const DECIMAL = /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?\s*$/i;

/** The number that a text is, written as people do: neither hexadecimal nor a word, perhaps between blanks. */
export const decimalOf = (text: string): number | undefined => (DECIMAL.test(text) ? Number(text) : undefined);
