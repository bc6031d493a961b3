/** A kind of file by what it begins with. */
export interface Signature {
  readonly type: string;
  readonly bytes: Buffer;
  /** Where the bytes stand; 0 when absent. */
  readonly at?: number;
  readonly is?: 'executable' | 'active_content';
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const hex = (value: string): Buffer => Buffer.from(value.replaceAll(' ', ''), 'hex');

/** The first that fits is taken. From the specifications of the formats and the registered media types. */
export const SIGNATURES: readonly Signature[] = [
  { type: 'application/vnd.microsoft.portable-executable', bytes: text('MZ'), is: 'executable' },
  { type: 'application/x-elf', bytes: hex('7f 45 4c 46'), is: 'executable' },
  { type: 'application/x-mach-binary', bytes: hex('fe ed fa ce'), is: 'executable' },
  { type: 'application/x-mach-binary', bytes: hex('fe ed fa cf'), is: 'executable' },
  { type: 'application/x-mach-binary', bytes: hex('ce fa ed fe'), is: 'executable' },
  { type: 'application/x-mach-binary', bytes: hex('cf fa ed fe'), is: 'executable' },
  { type: 'application/java-vm', bytes: hex('ca fe ba be'), is: 'executable' },
  { type: 'application/wasm', bytes: hex('00 61 73 6d'), is: 'executable' },
  { type: 'application/vnd.android.dex', bytes: text('dex\n'), is: 'executable' },
  { type: 'application/x-ms-shortcut', bytes: hex('4c 00 00 00 01 14 02 00'), is: 'executable' },
  { type: 'text/x-shellscript', bytes: text('#!'), is: 'executable' },
  { type: 'application/vnd.ms-cab-compressed', bytes: text('MSCF') },
  { type: 'application/x-ole-storage', bytes: hex('d0 cf 11 e0 a1 b1 1a e1') },
  { type: 'application/vnd.ms-outlook', bytes: hex('21 42 44 4e') },
  { type: 'application/zip', bytes: hex('50 4b 03 04') },
  { type: 'application/zip', bytes: hex('50 4b 05 06') },
  { type: 'application/gzip', bytes: hex('1f 8b') },
  { type: 'application/x-bzip2', bytes: text('BZh') },
  { type: 'application/x-xz', bytes: hex('fd 37 7a 58 5a 00') },
  { type: 'application/zstd', bytes: hex('28 b5 2f fd') },
  { type: 'application/x-7z-compressed', bytes: hex('37 7a bc af 27 1c') },
  { type: 'application/vnd.rar', bytes: text('Rar!\x1a\x07') },
  { type: 'application/x-tar', bytes: text('ustar'), at: 257 },
  { type: 'application/x-iso9660-image', bytes: text('CD001'), at: 0x8001 },
  { type: 'application/pdf', bytes: text('%PDF-') },
  { type: 'application/rtf', bytes: text('{\\rtf') },
  { type: 'image/png', bytes: hex('89 50 4e 47 0d 0a 1a 0a') },
  { type: 'image/jpeg', bytes: hex('ff d8 ff') },
  { type: 'image/gif', bytes: text('GIF87a') },
  { type: 'image/gif', bytes: text('GIF89a') },
  { type: 'image/bmp', bytes: text('BM') },
  { type: 'image/tiff', bytes: hex('49 49 2a 00') },
  { type: 'image/tiff', bytes: hex('4d 4d 00 2a') },
  { type: 'image/webp', bytes: text('WEBP'), at: 8 },
  { type: 'audio/wav', bytes: text('WAVE'), at: 8 },
  { type: 'audio/mpeg', bytes: text('ID3') },
  { type: 'audio/ogg', bytes: text('OggS') },
  { type: 'video/mp4', bytes: text('ftyp'), at: 4 },
  { type: 'video/webm', bytes: hex('1a 45 df a3') },
  { type: 'application/vnd.tcpdump.pcap', bytes: hex('d4 c3 b2 a1') },
  { type: 'application/vnd.tcpdump.pcap', bytes: hex('a1 b2 c3 d4') },
  { type: 'application/vnd.tcpdump.pcap', bytes: hex('4d 3c b2 a1') },
  { type: 'application/x-pcapng', bytes: hex('0a 0d 0d 0a') },
  { type: 'application/x-ms-evtx', bytes: text('ElfFile\0') },
  { type: 'application/x-ms-registry-hive', bytes: text('regf') },
  { type: 'application/x-ms-minidump', bytes: text('MDMP') },
  { type: 'application/vnd.sqlite3', bytes: text('SQLite format 3\0') },
];
