// What the stories have in common: the terms they agree on, and the arithmetic of prices, done once more.

import assert from 'node:assert/strict';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const MONTH = 30n * BigInt(DAY);

/** A round's window; it needs four blocks, too. */
export const WINDOW = 60_000;

export const TERMS = {
  interval_ms: HOUR,
  window_ms: WINDOW,
  samples: 3,
  slash_bps: 1_000,
  max_misses: 3,
  collateral_bps: 20_000,
  uptime_bps: 9_990,
  latency_ms: 200,
  notice_ms: DAY,
  exit_bps: 2_500,
  maintenance_ms: 4 * HOUR,
};

export const NODE = { region: 276, state: 'Online', endpoint: 'https://node.example', engine: 's3', version: '1.2.0' };

export const unitAt = (price) => ({
  kind: 'ObjectStore',
  capacity: 500,
  price,
  currency: 'Token',
  terms: TERMS,
  min_term_ms: DAY,
  max_term_ms: 365 * DAY,
  open: true,
  tags: 'ssd',
});

const up = (dividend, divisor) => (dividend + divisor - 1n) / divisor;

/** What a term costs, rounded up: what is owed. */
export const priceUp = (price, capacity, ms) => up(price * BigInt(capacity) * BigInt(ms), MONTH);
/** What was earned, rounded down: what is paid. */
export const priceDown = (price, capacity, ms) => (price * BigInt(capacity) * BigInt(ms)) / MONTH;
export const bpsUp = (amount, bps) => up(amount * BigInt(bps), 10_000n);
export const bpsDown = (amount, bps) => (amount * BigInt(bps)) / 10_000n;

export const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;

/** Events of one name in what a transaction has brought about. */
export const named = ({ events }, name) => events.filter((x) => x.name === name).map(({ fields }) => fields);

/** The only event of one name. */
export function only(done, name) {
  const found = named(done, name);
  assert.equal(found.length, 1, `one ${name} among ${done.events.map((x) => x.name)}`);
  return found[0];
}

/** Both halves of an account's money in the contract. */
export async function money(market, account) {
  const { available, locked } = await market.ask(account, 'account', account.address);
  return [BigInt(available), BigInt(locked)];
}

/** Withdraws all that an account has, which is all available, and tells how much that was. */
export async function leave(market, account) {
  const [available, locked] = await money(market, account);
  assert.equal(locked, 0n);
  const done = await market.send(account, 'withdraw', [available.toString()]);
  assert.deepEqual(only(done, 'Withdrawn'), { account: account.address, amount: available.toString() });
  assert.deepEqual(await money(market, account), [0n, 0n]);
  return available;
}

/** A provider with a node and a data unit, and money in the contract. Returns the unit's id. */
export async function provider(market, account, price, deposit) {
  await market.send(account, 'set_provider', [`disks of ${account.address}`, null]);
  const { value: node } = await market.send(account, 'register_node', [NODE]);
  const { value: unit } = await market.send(account, 'register_unit', [node, unitAt(price)]);
  await market.send(account, 'deposit', [], { value: deposit });
  return unit;
}

/** Tells the steps of a story as tests of their own. After one that fails, those that build on it are left out. */
export function steps(t) {
  let failed = false;
  return (name, run) => t.test(name, { skip: failed && 'a step before it has failed' }, async () => {
    try {
      await run();
    } catch (error) {
      failed = true;
      throw error;
    }
  });
}
