// The metadata of the contract as it is committed.
//
// Everything here encodes and decodes with the committed file alone: it is what a wallet has. The code comes from the
// build, since it is not committed.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const pathOf = (name) => fileURLToPath(new URL(name, root));

const committedPath = pathOf('contracts/metadata/orchestrator.json');
const codePath = pathOf('target/ink/orchestrator.wasm');

/** Source of the clock that is put in front of the node's C library. */
export const clockSource = pathOf('tests/process/clock.c');

function built(path) {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`${path} cannot be read: run \`make contract\` first`, { cause });
  }
}

/** The committed metadata. */
export const committed = () => JSON.parse(readFileSync(committedPath, 'utf8'));

/** The code of the contract, as it goes on chain. */
export const code = () => built(codePath);
