/** No line of ours is as long. */
const MAX_LINE_LENGTH = 1024 ** 2;

/** The lines of a text in UTF-8, without their ends. One that is too long for an export comes in pieces, none of which can be read. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) {
      lines.push(rest);
      rest = '';
    }
    yield* lines.map((line) => line.replace(/\r$/, ''));
  }
  const last = rest + decoder.decode();
  if (last !== '') yield last;
}
