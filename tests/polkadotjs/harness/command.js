// The command line `orch`, as the second reader of the same chain. ORCH names its binary.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_BYTES = 256 * 1024 * 1024;

/** Why what needs the command line is left out; false when it is not. */
export const withoutOrch = process.env.ORCH
  ? false
  : 'ORCH is not set: NOT compared with the command line (set it to the binary that cargo builds)';

// The command takes its chain and contract from variables, too: those of whoever runs the tests mean others.
const own = Object.entries(process.env).filter(([name]) => !name.startsWith('ORCH_'));

/** What the command prints with `--output-json`, read. */
async function printed(...options) {
  const settings = { maxBuffer: MOST_BYTES, env: Object.fromEntries(own) };
  const { stdout } = await run(process.env.ORCH, [...options, '--output-json'], settings);
  return JSON.parse(stdout);
}

/** The events of the contract as the command tells them. */
export function eventsOfOrch(market) {
  return printed('events', '--url', market.node.url, '--contract', market.address, '--from-block', '0');
}
