/** A row of an answer by the names of its columns. */
export type FluxRow = Readonly<Record<string, string>>;

/** One line of cells, and where the next begins; undefined at the end of the text. */
function readLine(
  text: string,
  start: number,
): { readonly cells: readonly string[]; readonly next: number } | undefined {
  if (start >= text.length) return undefined;
  const cells: string[] = [];
  let at = start;
  for (;;) {
    let cell = '';
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1);
      while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
      if (end === -1) throw new Error('a quoted cell does not end');
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const end = /[,\r\n]|$/g;
      end.lastIndex = at;
      const stop = end.exec(text)?.index ?? text.length;
      cell = text.slice(at, stop);
      at = stop;
    }
    cells.push(cell);
    if (text[at] !== ',') break;
    at += 1;
  }
  if (text[at] === '\r') at += 1;
  return { cells, next: at + 1 };
}

/**
 * Reads the CSV that a Flux query is answered with, without annotations: tables of different columns, each kind with a header,
 * an empty line between them. Throws for what is none, and with the server's word when the query broke off in the middle.
 */
export function* readFluxCsv(text: string): Generator<FluxRow> {
  let header: readonly string[] | undefined;
  let at = 0;
  for (let line = readLine(text, at); line; line = readLine(text, at)) {
    at = line.next;
    const { cells } = line;
    if (cells.length === 1 && cells[0] === '') header = undefined;
    else if (header === undefined) header = cells;
    else {
      const row = Object.fromEntries(header.map((name, index) => [name, cells[index] ?? '']));
      if (row['error']) throw new Error(row['error']);
      yield row;
    }
  }
}
