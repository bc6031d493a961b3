import type { NormalisedAlert } from '../normalise/normalised-alert.ts';

/** 64 bits as two unsigned halves. */
export interface Simhash {
  readonly high: number;
  readonly low: number;
}

type Described = Pick<NormalisedAlert, 'title' | 'description' | 'observables'>;

const DESCRIPTION_CHARACTERS = 2_000;
const WEIGHTS = { title: 3, description: 1, observable: 2 };

/** Words without case; digits are alike, for a number in a text is mostly a counter, a time or a port. */
const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replaceAll(/\d+/g, '0')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** What an alert is about, each feature with its weight. Hosts and users are compared outright and are no features. */
function featuresOf({ title, description, observables }: Described): readonly (readonly [string, number])[] {
  const described = wordsOf((description ?? '').slice(0, DESCRIPTION_CHARACTERS));
  return [
    ...wordsOf(title).map((word) => [word, WEIGHTS.title] as const),
    ...described.map((word) => [word, WEIGHTS.description] as const),
    ...observables
      .filter(({ type }) => type !== 'host' && type !== 'user')
      .map(({ type, value }) => [`${type}:${value.toLowerCase()}`, WEIGHTS.observable] as const),
  ];
}

/** FNV-1a with the finaliser of MurmurHash3, which spreads what short words leave together. */
function hash32(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function halfOf(features: readonly (readonly [string, number])[], seed: number): number {
  const sums = Array.from({ length: 32 }, () => 0);
  for (const [feature, weight] of features) {
    const hash = hash32(feature, seed);
    for (let bit = 0; bit < 32; bit += 1) sums[bit] = (sums[bit] ?? 0) + ((hash >>> bit) & 1 ? weight : -weight);
  }
  return sums.reduce((half, sum, bit) => (sum > 0 ? half | (1 << bit) : half), 0) >>> 0;
}

/** Simhash (Charikar 2002) of title, description and observables: alerts that say nearly the same differ in few bits. */
export function simhashOf(alert: Described): Simhash {
  const features = featuresOf(alert);
  return { high: halfOf(features, 0x81_1c_9d_c5), low: halfOf(features, 0x9e_37_79_b9) };
}

function bitsOf(half: number): number {
  let bits = half - ((half >>> 1) & 0x55_55_55_55);
  bits = (bits & 0x33_33_33_33) + ((bits >>> 2) & 0x33_33_33_33);
  return Math.imul((bits + (bits >>> 4)) & 0x0f_0f_0f_0f, 0x01_01_01_01) >>> 24;
}

/** In how many of the 64 bits they differ. */
export const distanceOf = (a: Simhash, b: Simhash): number => bitsOf(a.high ^ b.high) + bitsOf(a.low ^ b.low);

/** As a signed 64-bit number in decimal, as PostgreSQL keeps it. */
export const toBigint = ({ high, low }: Simhash): string =>
  BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString();

export function fromBigint(text: string): Simhash {
  const bits = BigInt.asUintN(64, BigInt(text));
  return { high: Number(bits >> 32n), low: Number(bits & 0xff_ff_ff_ffn) };
}
