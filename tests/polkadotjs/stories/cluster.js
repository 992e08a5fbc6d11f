// A manager runs the data units of two providers as one service: reserved, proven, settled, distributed, claimed.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { Replica } from './replica.js';
import {
  bpsDown, bpsUp, DAY, hex, HOUR, leave, money, named, only, priceDown, priceUp, provider, steps, TERMS, WINDOW,
} from './terms.js';

const PRICE = 300_000_000_001n;
const CAPACITY = 5;
const TERM = 20 * DAY;
const DEPOSIT = 40n * 10n ** 12n;
const FEE = 1_000;
const NETWORK_FEE = 200;

const SPEC = {
  kind: 'ObjectStore',
  price: PRICE,
  currency: 'Token',
  terms: TERMS,
  fee_bps: FEE,
  open: true,
  parameters: '{"zone":"west"}',
  observers: [],
};

// Network fee, manager's share and members' part of what was earned: their sum rounds down, and the manager's is what
// the others leave of it.
function parts(earned) {
  const all = bpsDown(earned, NETWORK_FEE + FEE);
  const fee = (all * BigInt(NETWORK_FEE)) / BigInt(NETWORK_FEE + FEE);
  return { fee, manager: all - fee, members: earned - all };
}

/** Runs the story; what it asserts it asserts on the way. */
export async function cluster(market, t) {
  const step = steps(t);
  const manager = await market.account('cluster/manager');
  const consumer = await market.account('cluster/consumer');
  const members = [await market.account('cluster/one'), await market.account('cluster/two')];
  const replicas = [new Replica(5_000), new Replica(1_500)];
  const price = priceUp(PRICE, CAPACITY, TERM);
  const collateral = bpsUp(price, TERMS.collateral_bps);
  const units = [];
  let placements;
  let id;
  let reservation;
  let startedAt;

  await step('providers trust the manager, who takes their capacity', async () => {
    id = (await market.send(manager, 'create_cluster', [SPEC])).value;
    for (const member of members) {
      const unit = await provider(market, member, PRICE - 1n, DEPOSIT);
      const trusted = await market.send(member, 'set_trust', [manager.address, true]);
      assert.deepEqual(only(trusted, 'TrustSet'), { provider: member.address, manager: manager.address, trusts: true });
      const set = await market.send(manager, 'set_member', [id, unit, 100]);
      assert.deepEqual(only(set, 'MemberSet'), { cluster: id, unit, provider: member.address, capacity: 100 });
      assert.equal((await market.ask(manager, 'data_unit', unit)).member.capacity, 100);
      units.push(unit);
    }
    const listed = await market.ask(manager, 'list', { Members: id }, 0, 50);
    assert.deepEqual(listed, { ids: units, next: 0 });
  });

  await step('an order that names the cluster is taken at once, each replica by another provider', async () => {
    await market.send(consumer, 'deposit', [], { value: DEPOSIT });
    await market.send(consumer, 'register_challenger', [HOUR, WINDOW]);
    const quote = await market.ask(consumer, 'quote', units[0], CAPACITY, TERM, id);
    assert.deepEqual([quote.price, quote.collateral], [price.toString(), collateral.toString()]);
    const done = await market.send(consumer, 'reserve', [{
      replicas: replicas.map(({ root, chunks }) => ({ unit: 0, root: hex(root), chunks: chunks.length })),
      capacity: CAPACITY,
      term_ms: TERM,
      challenger: null,
      referrer: null,
      manifest: '0x',
      max_price: 2n * price,
      choice: { cluster: id, region: 276, together: false },
    }]);
    reservation = done.value;
    const moved = named(done, 'PlacementMoved');
    assert.deepEqual(moved.map(({ state, unit }) => [state, unit]), units.map((unit) => ['Accepted', unit]));
    placements = moved.map(({ placement }) => placement);
    assert.deepEqual(await money(market, consumer), [DEPOSIT - 2n * price, 2n * price]);
    for (const member of members) assert.deepEqual(await money(market, member), [DEPOSIT - collateral, collateral]);
  });

  await step('each member activates and proves the same round with its own data', async () => {
    startedAt = [];
    for (const [i, member] of members.entries()) {
      const active = await market.send(member, 'activate', [placements[i]]);
      startedAt.push(active.at);
    }
    await market.advance(HOUR);
    const opened = only(await market.send(consumer, 'open_round', [hex(randomBytes(32))]), 'RoundOpened');
    for (const [i, member] of members.entries()) {
      const own = replicas[i].response(market, placements[i], opened);
      const other = replicas[1 - i].response(market, placements[1 - i], opened);
      const done = await market.send(member, 'prove', [[own, other]]);
      assert.deepEqual(done.value, ['Proven', 'NotProvider']);
    }
  });

  const earned = [0n, 0n];
  let sums = { fee: 0n, manager: 0n, members: 0n };

  await step('settling puts all that was earned into the pool', async () => {
    await market.advance(5 * DAY);
    const done = await market.send(consumer, 'settle_many', [placements]);
    const settled = named(done, 'Settled');
    for (const [i, member] of members.entries()) {
      earned[i] = priceDown(PRICE, CAPACITY, done.at - startedAt[i]);
      const { fee, manager: share, members: rest } = parts(earned[i]);
      assert.deepEqual(settled[i], {
        placement: placements[i],
        provider: member.address,
        cluster: id,
        gross: earned[i].toString(),
        fee: fee.toString(),
        referral: '0',
        manager: share.toString(),
        bonus: '0',
      });
      sums = { fee: sums.fee + fee, manager: sums.manager + share, members: sums.members + rest };
      assert.equal((await market.ask(member, 'share', id, member.address)).pooled, rest.toString());
    }
    const { pool } = await market.ask(manager, 'cluster', id);
    assert.deepEqual(pool, {
      distributions: 0,
      fee: sums.fee.toString(),
      manager: sums.manager.toString(),
      members: sums.members.toString(),
      due: '0',
    });
  });

  await step('distributing pays the manager and makes the members’ part due, and each claims its own', async () => {
    const fees = async () => BigInt((await market.ask(manager, 'settings')).fees);
    const before = await fees();
    const done = await market.send(members[0], 'distribute', [id]);
    assert.deepEqual(only(done, 'Distributed'), {
      cluster: id,
      manager: manager.address,
      fee: sums.fee.toString(),
      to_manager: sums.manager.toString(),
      to_members: sums.members.toString(),
    });
    assert.equal((await fees()) - before, sums.fee);
    assert.deepEqual(await money(market, manager), [sums.manager, 0n]);
    for (const [i, member] of members.entries()) {
      const { members: amount } = parts(earned[i]);
      const claimed = await market.send(manager, 'claim', [id, member.address]);
      assert.deepEqual(only(claimed, 'Claimed'), { cluster: id, provider: member.address, amount: amount.toString() });
      assert.deepEqual(await money(market, member), [DEPOSIT - collateral + amount, collateral]);
    }
    const { pool } = await market.ask(manager, 'cluster', id);
    assert.deepEqual(pool, { distributions: 1, fee: '0', manager: '0', members: '0', due: '0' });
  });

  await step('the consumer terminates, pays the notice, and nothing is left behind', async () => {
    const ended = await market.send(consumer, 'terminate', [reservation, null]);
    const moved = named(ended, 'PlacementMoved');
    assert.deepEqual(moved.map(({ ends_at: at }) => at), [ended.at + DAY, ended.at + DAY]);
    await market.advance(2 * DAY);
    const last = await market.send(manager, 'settle_many', [placements]);
    assert.deepEqual(named(last, 'PlacementMoved').map(({ state }) => state), ['Terminated', 'Terminated']);
    await market.send(manager, 'distribute', [id]);
    for (const member of members) await market.send(member, 'claim', [id, member.address]);
    await market.send(consumer, 'close', [reservation]);

    const totals = startedAt.map((at) => priceDown(PRICE, CAPACITY, ended.at + DAY - at));
    const shares = totals.map(parts);
    assert.equal(await leave(market, consumer), DEPOSIT - totals[0] - totals[1]);
    assert.equal(await leave(market, manager), shares[0].manager + shares[1].manager);
    for (const [i, member] of members.entries()) {
      assert.equal(await leave(market, member), DEPOSIT + shares[i].members);
    }
  });
}
