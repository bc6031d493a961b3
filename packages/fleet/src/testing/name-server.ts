import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A name server on loopback that knows A records only. */
export interface NameServer {
  /** `address:port`. */
  readonly address: string;
  /** What a name stands for from now on; a name without addresses is answered with none, one never set is unknown. */
  readonly set: (name: string, addresses: readonly string[]) => void;
  /** How it treats questions: it answers, fails (SERVFAIL), or says nothing. */
  readonly behave: (how: 'answer' | 'fail' | 'ignore') => void;
  readonly close: () => Promise<void>;
}

const HEADER_BYTES = 12;
const [SERVFAIL, NXDOMAIN] = [2, 3];
const TTL_S = 600;

/** The name a question is about, and where the question ends (RFC 1035, section 4.1.2). */
function questionOf(message: Buffer): { readonly name: string; readonly endsAt: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('ascii', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), endsAt: at + 1 + 4 };
}

function answerRecord(address: string): Buffer {
  const record = Buffer.alloc(16);
  // The name is that of the question, 12 bytes into the message.
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(1, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(TTL_S, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split('.').map(Number), 12);
  return record;
}

/** An answer to `query`: the addresses, or a response code. */
function answerTo(query: Buffer, addresses: readonly string[], code: number): Buffer {
  const { endsAt } = questionOf(query);
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, endsAt), ...addresses.map(answerRecord)]);
}

/** Starts a name server over UDP. Its answers say that they may be kept for ten minutes. */
export async function startNameServer(): Promise<NameServer> {
  const records = new Map<string, readonly string[]>();
  let behaviour: 'answer' | 'fail' | 'ignore' = 'answer';
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    if (behaviour === 'ignore') return;
    const addresses = behaviour === 'answer' ? records.get(questionOf(query).name) : undefined;
    const code = addresses ? 0 : behaviour === 'fail' ? SERVFAIL : NXDOMAIN;
    socket.send(answerTo(query, addresses ?? [], code), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    set: (name, addresses) => void records.set(name, addresses),
    behave: (how) => {
      behaviour = how;
    },
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}
