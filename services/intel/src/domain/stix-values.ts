import type { IndicatorType } from '@soc/contracts/intel/indicator';
import { canonicalValue } from './canonical.ts';
import type { Comparison, PatternNode } from './stix-pattern.ts';

export interface IndicatorValue {
  readonly type: IndicatorType;
  readonly value: string;
}

/** What a pattern says by itself, and what of it could not be taken. */
export interface PatternValues {
  readonly values: readonly IndicatorValue[];
  readonly refusals: readonly string[];
}

const ADDRESS: readonly IndicatorType[] = ['ip', 'cidr'];

/** The types a property may hold, in the order they are tried. Keys are lower case, hash names without hyphens. */
const TYPES_OF_PATH: Readonly<Record<string, readonly IndicatorType[]>> = {
  'ipv4-addr:value': ADDRESS,
  'ipv6-addr:value': ADDRESS,
  'network-traffic:src_ref.value': [...ADDRESS, 'domain'],
  'network-traffic:dst_ref.value': [...ADDRESS, 'domain'],
  'domain-name:value': ['domain'],
  'url:value': ['url'],
  'email-addr:value': ['email'],
  'email-message:from_ref.value': ['email'],
  'email-message:sender_ref.value': ['email'],
  'file:hashes.md5': ['md5'],
  'file:hashes.sha1': ['sha1'],
  'file:hashes.sha256': ['sha256'],
};

const pathKey = (path: string): string => {
  const lower = path.toLowerCase();
  return lower.startsWith('file:hashes.') ? lower.replaceAll('-', '') : lower;
};

/** A network of one address is that address. */
const asSingle = (value: IndicatorValue): IndicatorValue => {
  const [address = '', prefix] = value.value.split('/');
  const single = value.type === 'cidr' && prefix === (address.includes(':') ? '128' : '32');
  return single ? { type: 'ip', value: address } : value;
};

function readValue(types: readonly IndicatorType[], text: string): IndicatorValue | undefined {
  for (const type of types) {
    const value = canonicalValue(type, text);
    if (value !== undefined) return asSingle({ type, value });
  }
  return undefined;
}

const readsWhole = ({ operator, negated }: Comparison): boolean =>
  !negated && (operator === '=' || operator === '==' || operator === 'IN');

function comparisonValues(comparison: Comparison): PatternValues {
  const { path, operator, negated } = comparison;
  const types = TYPES_OF_PATH[pathKey(path)];
  if (!types) return { values: [], refusals: [`${path} is no observable that can be looked up`] };
  const isSubset = operator === 'ISSUBSET' && !negated && types.includes('cidr');
  if (!readsWhole(comparison) && !isSubset) {
    return { values: [], refusals: [`${path} ${negated ? 'NOT ' : ''}${operator} names no single value`] };
  }
  const read = comparison.values.map((text) => ({ text, value: readValue(types, text) }));
  return {
    values: read.flatMap(({ value }) => value ?? []),
    refusals: read.flatMap(({ text, value }) => (value ? [] : [`${JSON.stringify(text)} is no value of ${path}`])),
  };
}

/** Several digests of one file: each names the file by itself, so a conjunction of them says no more than any one. */
const isFileHash = (node: PatternNode): boolean =>
  node.kind === 'comparison' && readsWhole(node) && pathKey(node.path).startsWith('file:hashes.');

const merge = (parts: readonly PatternValues[]): PatternValues => ({
  values: parts.flatMap(({ values }) => values),
  refusals: parts.flatMap(({ refusals }) => refusals),
});

/**
 * The values of a pattern that each speak for the threat alone: alternatives. What must be seen together (AND,
 * FOLLOWEDBY) or counted over time cannot be matched by a single observable and is refused, with the reason.
 */
export function valuesOfPattern(node: PatternNode): PatternValues {
  switch (node.kind) {
    case 'comparison':
      return comparisonValues(node);
    case 'OR':
      return merge(node.operands.map(valuesOfPattern));
    case 'AND': {
      const isOneFile = node.of === 'comparisons' && node.operands.every(isFileHash);
      if (isOneFile) return merge(node.operands.map(valuesOfPattern));
      return { values: [], refusals: ['AND: no part of it says something alone'] };
    }
    case 'FOLLOWEDBY':
      return { values: [], refusals: ['FOLLOWEDBY: no part of it says something alone'] };
    case 'qualified':
      return { values: [], refusals: [`${node.qualifier} bounds it in time or number`] };
  }
}
