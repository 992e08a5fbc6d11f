// A node of the tests' own: with a clock that they move, a port that the system picks, and nothing left behind.

import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { ApiPromise, WsProvider } from '@polkadot/api';

import { clockSource } from './metadata.js';

const BINARY = 'substrate-contracts-node';
const SIGNALS = ['SIGINT', 'SIGTERM'];
const START_MS = 60_000;
const BEGIN = Date.UTC(2027, 0, 15);

function binary() {
  const named = process.env.CONTRACTS_NODE;
  const places = named ? [named] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, BINARY));
  const found = places.find(existsSync);
  if (found) return found;
  const where = named ? `CONTRACTS_NODE names ${named}, which does not exist` : `no ${BINARY} is on PATH`;
  throw new Error(`there is no node to test with: ${where}; run \`make node\`, or set CONTRACTS_NODE`);
}

function compiledClock(folder) {
  const library = join(folder, 'clock.so');
  const options = ['-shared', '-fPIC', '-O1', '-o', library, clockSource];
  execFileSync('cc', options, { stdio: ['ignore', 'inherit', 'inherit'] });
  return library;
}

/** The clock of a node: it stands still until it is moved. */
class Clock {
  constructor(path) {
    this.file = openSync(path, 'w');
    this.set(BEGIN);
  }

  set(now) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(now));
    // In place: the node has mapped this very file.
    writeSync(this.file, bytes, 0, bytes.length, 0);
  }
}

// The port is in the node's log, and so is the reason when it does not start.
function listening(child) {
  return new Promise((resolve, reject) => {
    let log = '';
    const give = (settle, value) => {
      clearTimeout(timer);
      settle(value);
    };
    const fail = (why) => give(reject, new Error(`the node ${why}; its log ends:\n${log.slice(-2_000)}`));
    const timer = setTimeout(() => fail('did not start within a minute'), START_MS);
    child.once('error', ({ message }) => fail(`cannot run: ${message}`));
    child.once('exit', (status, signal) => fail(`ended (${signal ?? status})`));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      log = (log + text).slice(-20_000);
      const port = /Running JSON-RPC server: addr=127\.0\.0\.1:(\d+)/.exec(log);
      if (port) give(resolve, `ws://127.0.0.1:${port[1]}`);
    });
  });
}

/** A running node, connected. `stop` ends it; the end of this process does, too. */
export class Node {
  static async start() {
    const program = binary();
    const node = new Node();
    try {
      node.run(program);
      node.url = await listening(node.child);
      node.api = await ApiPromise.create({ provider: new WsProvider(node.url), noInitWarn: true });
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'orchestrator-node-'));
    this.end = () => {
      this.child?.kill('SIGKILL');
      this.remove();
    };
    process.once('exit', this.end);
    // A signal ends a process without telling `exit`.
    this.leave = () => process.exit(1);
    for (const signal of SIGNALS) process.once(signal, this.leave);
  }

  run(program) {
    const clock = join(this.folder, 'clock');
    this.clock = new Clock(clock);
    const environment = { LD_PRELOAD: compiledClock(this.folder), NODE_CLOCK: clock, TMPDIR: this.folder };
    const options = ['--dev', '--tmp', '--finalize-delay-sec', '0', '--state-pruning', 'archive'];
    const ports = ['--rpc-port', '0', '--port', '0', '--no-prometheus'];
    this.child = spawn(program, [...options, ...ports], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  remove() {
    // The node may be writing still when it is killed.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async stop() {
    await this.api?.disconnect();
    const { child } = this;
    if (child?.pid && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    process.removeListener('exit', this.end);
    for (const signal of SIGNALS) process.removeListener(signal, this.leave);
    if (this.clock) closeSync(this.clock.file);
    this.remove();
  }
}
