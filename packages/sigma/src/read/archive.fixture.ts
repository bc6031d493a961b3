import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** A file to put into an archive of a test. */
export interface Packed {
  readonly path: string;
  readonly bytes: Uint8Array | string;
  /** The type flag of a tar header; `0` is a file. */
  readonly type?: string;
}

function tarHeader({ path, type = '0' }: Packed, size: number): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(path, 0, 100, 'utf8');
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A tar archive of these files, ustar. */
export function packTar(files: readonly Packed[]): Buffer {
  const blocks = files.flatMap((file) => {
    const bytes = Buffer.from(file.bytes);
    return [tarHeader(file, bytes.length), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1_024)]);
}

/** A .tar.gz of these files. */
export const packTarGz = (files: readonly Packed[]): Buffer => gzipSync(packTar(files));

/** What a test may falsify in a zip archive. */
export interface ZipLies {
  readonly unpackedBytes?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
}

function zipRecords({ path, bytes }: Packed, localAt: number, lies: ZipLies): { local: Buffer; central: Buffer } {
  const content = Buffer.from(bytes);
  const packed = deflateRawSync(content);
  const name = Buffer.from(path);
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(lies.flags ?? 0, 2);
  facts.writeUInt16LE(lies.method ?? 8, 4);
  facts.writeUInt32LE(lies.crc ?? crc32(content), 10);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(lies.unpackedBytes ?? content.length, 18);
  facts.writeUInt16LE(name.length, 22);
  const end = Buffer.alloc(14);
  end.writeUInt32LE(localAt, 10);
  return {
    local: Buffer.concat([Buffer.from('PK\u0003\u0004'), facts, name, packed]),
    central: Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0'), facts, end, name]),
  };
}

/** A .zip of these files, deflated. */
export function packZip(files: readonly Packed[], lies: ZipLies = {}): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const { local, central } = zipRecords(file, at, lies);
    locals.push(local);
    centrals.push(central);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(centrals).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...centrals, end]);
}
