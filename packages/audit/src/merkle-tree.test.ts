import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMerkleTree, type KeptTree } from './merkle-tree.ts';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962, section 2.1, word for word; over hashes of leaves. */
function treeHead(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (!only) return sha256();
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.from([1]), treeHead(leaves.slice(0, k)), treeHead(leaves.slice(k)));
}

test('the incremental root is that of RFC 6962 at every size', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 70 }), (given) => {
      const leaves = given.map((leaf) => Buffer.from(leaf));
      const tree = createMerkleTree();
      expect(tree.root()).toEqual(treeHead([]));
      leaves.forEach((leaf, index) => {
        tree.append(leaf);
        expect(tree.root()).toEqual(treeHead(leaves.slice(0, index + 1)));
      });
    }),
  );
});

test('it agrees with the vectors of Certificate Transparency', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const tree = createMerkleTree();
  const roots = inputs.map((hex) => {
    tree.append(sha256(Buffer.from([0]), Buffer.from(hex, 'hex')));
    return tree.root().toString('hex');
  });
  // https://github.com/google/certificate-transparency/blob/master/cpp/merkletree/merkle_tree_test.cc
  expect([roots[0], roots[7]]).toEqual([
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]);
});

test('a tree that was left and goes on from its peaks is the same tree, at every size', () => {
  const leaves = Array.from({ length: 70 }, (_, index) => sha256(Buffer.from([index])));
  const whole = createMerkleTree();
  let kept: KeptTree = { size: 0, peaks: Buffer.alloc(0) };
  for (const leaf of leaves) {
    const tree = createMerkleTree(kept);
    for (const each of [whole, tree]) each.append(leaf);
    expect([tree.size(), tree.root()]).toEqual([whole.size(), whole.root()]);
    kept = { size: tree.size(), peaks: tree.peaks() };
  }
  expect(() => createMerkleTree({ size: 3, peaks: Buffer.alloc(32) })).toThrow('not the peaks of a tree of 3');
});
