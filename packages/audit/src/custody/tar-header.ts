const BLOCK = 512;
/** What eleven octal digits can say. */
const MAX_OCTAL_BYTES = 8 ** 11 - 1;

interface Header {
  /** ASCII, at most 100 characters. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

function ustar({ name, sizeBytes, modifiedAt }: Header, type: '0' | 'x'): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'latin1');
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1');
  block.write(`${octal(sizeBytes, 11)}\0${octal(Math.floor(modifiedAt.getTime() / 1000), 11)}\0`, 124, 'latin1');
  block.write(`        ${type}`, 148, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

/** A record of a pax header says its own length first. */
function paxRecord(key: string, value: string): string {
  const text = ` ${key}=${value}\n`;
  const length = text.length + String(text.length).length;
  return `${String(length).length + text.length}${text}`;
}

/** What stands before a file in a tar archive (POSIX.1-2001, pax): of any size, also above 8 GiB. */
export function tarHeader(header: Header): Buffer {
  if (header.sizeBytes <= MAX_OCTAL_BYTES) return ustar(header, '0');
  const record = Buffer.from(paxRecord('size', String(header.sizeBytes)));
  return Buffer.concat([
    ustar({ ...header, name: 'pax', sizeBytes: record.length }, 'x'),
    record,
    tarPadding(record.length),
    ustar({ ...header, sizeBytes: 0 }, '0'),
  ]);
}

/** What stands after a file of this size. */
export const tarPadding = (sizeBytes: number): Buffer => Buffer.alloc((BLOCK - (sizeBytes % BLOCK)) % BLOCK);

/** What an archive ends with. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK);
