/** Shows a measured figure among the output of the tests. */
export const tell = (figure: string): void => void process.stdout.write(`${figure}\n`);
