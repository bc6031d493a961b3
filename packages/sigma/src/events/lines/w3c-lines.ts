/** Reads an extended log file (https://www.w3.org/TR/WD-logfile.html): a line of values under the newest `#Fields:`. */
export class W3cLines {
  #names: readonly string[] = [];

  /** Whether the line belongs to the header; it is remembered. */
  takesHeader(text: string): boolean {
    if (text.startsWith('#Fields:')) {
      this.#names = text.slice('#Fields:'.length).trim().split(/\s+/);
      return true;
    }
    return /^#(?:Version|Software|Date|Start-Date|End-Date|Remark)\b/.test(text);
  }

  get hasFields(): boolean {
    return this.#names.length > 0;
  }

  /** Undefined when the number of values is not that of the names. */
  read(text: string): Record<string, string> | undefined {
    const values = text.includes('\t') ? text.split('\t') : text.split(' ');
    if (values.length !== this.#names.length) return undefined;
    const pairs = this.#names.map((name, index) => [name, values[index] ?? '-'] as const);
    return Object.fromEntries(pairs.filter(([, value]) => value !== '-' && value !== ''));
  }
}
