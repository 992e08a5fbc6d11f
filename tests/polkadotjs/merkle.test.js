// The trees of the JavaScript side, against vectors from outside and against their own definition.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { chunksOf, drawn, pathOf, rootOf } from './harness/merkle.js';

const hash = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();

// The eight leaves and the roots over the first n of them that implementations of RFC 6962 are tested with.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

test('roots are those of the vectors of RFC 6962', () => {
  const leaves = LEAVES.map((text) => Buffer.from(text, 'hex'));
  for (const [i, root] of ROOTS.entries()) {
    assert.equal(rootOf(leaves.slice(0, i + 1)).toString('hex'), root);
  }
});

test('a path leads from its chunk to the root, by the bits of the index as far as the tree is full', () => {
  const leaves = Array.from({ length: 8 }, (_, i) => Buffer.of(i));
  for (const [index, chunk] of leaves.entries()) {
    let at = hash(Buffer.of(0), chunk);
    for (const [level, sibling] of pathOf(leaves, index).entries()) {
      at = (index >> level) & 1 ? hash(Buffer.of(1), sibling, at) : hash(Buffer.of(1), at, sibling);
    }
    assert.deepEqual(at, rootOf(leaves));
  }
  assert.equal(pathOf(leaves.slice(0, 5), 4).length, 1);
});

test('chunks have 1024 bytes, and the last one the rest', () => {
  assert.deepEqual(chunksOf(Buffer.alloc(2_500)).map((chunk) => chunk.length), [1024, 1024, 452]);
  assert.deepEqual(chunksOf(Buffer.alloc(1_024)).map((chunk) => chunk.length), [1024]);
});

test('chunks are drawn below the count, differently for each sample, seed and placement', () => {
  const bytes = (value) => Buffer.alloc(32, value);
  const parties = { contract: bytes(1), placement: 9, root: bytes(2) };
  const base = { ...parties, round: 3, seed: bytes(4), samples: 7, chunks: 1 << 30 };
  const indices = drawn(base);
  assert.ok(indices.every((index) => index >= 0 && index < base.chunks));
  assert.equal(new Set(indices).size, 7);
  const others = [{ seed: bytes(5) }, { placement: 10 }, { round: 4 }, { root: bytes(5) }, { contract: bytes(5) }];
  for (const other of others) {
    assert.notDeepEqual(drawn({ ...base, ...other }), indices);
  }
  assert.deepEqual(drawn({ ...base, chunks: 1 }), Array(7).fill(0));
});
