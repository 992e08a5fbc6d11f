// Merkle trees over the chunks of a replica (RFC 6962 §2.1), and the drawing of chunks: a second implementation, by
// node's own SHA-256, of what `crates/proof` says.

import { createHash } from 'node:crypto';

const CHUNK_BYTES = 1024;
const DOMAIN = Buffer.from('orchestrator/challenge/v1');

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (chunk) => sha256(Buffer.of(0), chunk);
const pair = (left, right) => sha256(Buffer.of(1), left, right);

/** Data cut into chunks of 1 KiB; the last may be shorter. */
export function chunksOf(data) {
  const chunks = [];
  for (let at = 0; at < data.length; at += CHUNK_BYTES) chunks.push(data.subarray(at, at + CHUNK_BYTES));
  return chunks;
}

// The left subtree is the largest full one that leaves something to the right.
function split(count) {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

/** Root of the tree over the chunks, of which there is at least one. */
export function rootOf(chunks) {
  if (chunks.length === 1) return leaf(chunks[0]);
  const left = split(chunks.length);
  return pair(rootOf(chunks.slice(0, left)), rootOf(chunks.slice(left)));
}

/** Siblings on the way from a chunk up to the root, leaf side first. */
export function pathOf(chunks, index) {
  if (chunks.length === 1) return [];
  const left = split(chunks.length);
  return index < left
    ? [...pathOf(chunks.slice(0, left), index), rootOf(chunks.slice(left))]
    : [...pathOf(chunks.slice(left), index - left), rootOf(chunks.slice(0, left))];
}

const littleEndian = (value, bytes) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
};

/** Indices of the chunks that a round asks of a placement. `contract`, `root` and `seed` are 32 bytes. */
export function drawn({ contract, placement, root, round, seed, samples, chunks }) {
  return Array.from({ length: samples }, (_, i) => {
    const hash = sha256(
      DOMAIN, contract, littleEndian(placement, 8), root, littleEndian(round, 4), seed, Buffer.of(i),
    );
    return Number((hash.readBigUInt64LE(0) * BigInt(chunks)) >> 64n);
  });
}
