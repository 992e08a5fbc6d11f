// A replica as a provider holds it: chunks, root, and real paths.

import { randomBytes } from 'node:crypto';

import { chunksOf, drawn, pathOf, rootOf } from '../harness/merkle.js';
import { hex, TERMS } from './terms.js';

/** The data of one replica, and the proofs that a round asks of it. */
export class Replica {
  constructor(bytes) {
    this.chunks = chunksOf(randomBytes(bytes));
    this.root = rootOf(this.chunks);
  }

  asked(market, placement, { round, seed }) {
    const { root, chunks } = this;
    const contract = market.publicKey;
    const bytes = Buffer.from(seed.slice(2), 'hex');
    return drawn({ contract, placement, root, round, seed: bytes, samples: TERMS.samples, chunks: chunks.length });
  }

  response(market, placement, opened) {
    const proofs = this.asked(market, placement, opened).map((index) => ({
      chunk: hex(this.chunks[index]),
      path: pathOf(this.chunks, index).map(hex),
    }));
    return { placement, round: opened.round, proofs };
  }
}
