// A provider, a consumer and a reporter: a replica is reserved, proven, missed, proven wrongly, paid, rated and closed.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { Replica } from './replica.js';
import {
  bpsDown, bpsUp, DAY, hex, HOUR, leave, money, named, NODE, only, priceDown, priceUp, steps, TERMS, unitAt, WINDOW,
} from './terms.js';

const PRICE = 400_000_000_007n;
const CAPACITY = 3;
const TERM = 10 * DAY;
const DEPOSIT = 20n * 10n ** 12n;

const FILTER = {
  kind: 'ObjectStore', region: 276, capacity: CAPACITY, max_price: '0', term_ms: TERM, cluster: null, min_score: 0,
};

/** Runs the story; what it asserts it asserts on the way. */
export async function deal(market, t) {
  const step = steps(t);
  const [bob, carol, dan] = [
    await market.account('deal/provider'),
    await market.account('deal/consumer'),
    await market.account('deal/reporter'),
  ];
  const replica = new Replica(10_000);
  const chunks = replica.chunks.length;
  const price = priceUp(PRICE, CAPACITY, TERM);
  const collateral = bpsUp(price, TERMS.collateral_bps);
  const slash = bpsDown(collateral, TERMS.slash_bps);
  const state = { settled: 0n };
  const scored = [];
  const keep = (done) => {
    scored.push(...named(done, 'Scored'));
    for (const { gross } of named(done, 'Settled')) state.settled += BigInt(gross);
    return done;
  };

  await step('a provider registers, with a node and a data unit', async () => {
    const profile = await market.send(bob, 'set_provider', ['disks', null]);
    assert.deepEqual(profile.events, [{ name: 'ProviderUpdated', fields: { provider: bob.address, delegate: null } }]);
    assert.deepEqual(await market.ask(bob, 'provider', bob.address), { profile: hex('disks'), delegate: null });

    const node = await market.send(bob, 'register_node', [NODE]);
    assert.deepEqual(only(node, 'NodeUpdated'), { node: node.value, provider: bob.address, state: 'Online' });
    const { spec } = await market.ask(bob, 'node', node.value);
    const texts = { endpoint: hex(NODE.endpoint), engine: hex(NODE.engine), version: hex(NODE.version) };
    assert.deepEqual(spec, { ...NODE, ...texts });

    const unit = await market.send(bob, 'register_unit', [node.value, unitAt(PRICE)]);
    state.unit = unit.value;
    assert.deepEqual(only(unit, 'DataUnitUpdated'), {
      unit: unit.value, provider: bob.address, capacity: 500, price: PRICE.toString(), currency: 'Token', open: true,
    });
  });

  await step('a deposit is what is available afterwards, and what the chain has taken besides the fee', async () => {
    for (const account of [bob, carol]) {
      const before = await market.free(account.address);
      const done = await market.send(account, 'deposit', [], { value: DEPOSIT });
      const amount = DEPOSIT.toString();
      assert.deepEqual(only(done, 'Deposited'), { account: account.address, from: account.address, amount });
      const now = { account: account.address, available: amount, locked: '0' };
      assert.deepEqual(only(done, 'BalancesChanged').accounts, [now]);
      assert.deepEqual(await money(market, account), [DEPOSIT, 0n]);
      const spent = before - (await market.free(account.address));
      assert.equal(spent, DEPOSIT + done.fee + done.held);
    }
  });

  await step('a consumer finds the unit, and a quote is what the order locks', async () => {
    await market.send(carol, 'register_challenger', [HOUR, WINDOW]);
    const { units, next } = await market.ask(carol, 'find_data_units', FILTER, 0, 35);
    assert.deepEqual([units.map(({ id }) => id).includes(state.unit), next], [true, 0]);
    const quote = await market.ask(carol, 'quote', state.unit, CAPACITY, TERM, null);
    assert.deepEqual(quote, {
      price: price.toString(), collateral: collateral.toString(), fee: bpsUp(price, 200).toString(), score: 5_000,
    });

    const order = {
      replicas: [{ unit: state.unit, root: hex(replica.root), chunks }],
      capacity: CAPACITY,
      term_ms: TERM,
      challenger: null,
      referrer: null,
      manifest: 'where to look',
      max_price: quote.price,
      choice: null,
    };
    const done = await market.send(carol, 'reserve', [order]);
    state.reservation = done.value;
    const moved = only(done, 'PlacementMoved');
    state.placement = moved.placement;
    assert.deepEqual(moved, {
      placement: moved.placement,
      reservation: done.value,
      provider: bob.address,
      slot: 0,
      unit: state.unit,
      state: 'Proposed',
      ends_at: 0,
      capacity: CAPACITY,
      price: PRICE.toString(),
      escrow: price.toString(),
      collateral: '0',
    });
    assert.deepEqual(await money(market, carol), [DEPOSIT - price, price]);
  });

  await step('the provider accepts with its collateral and activates', async () => {
    const accepted = await market.send(bob, 'accept', [state.placement]);
    assert.equal(only(accepted, 'PlacementMoved').state, 'Accepted');
    assert.deepEqual(await money(market, bob), [DEPOSIT - collateral, collateral]);
    const active = await market.send(bob, 'activate', [state.placement]);
    state.startedAt = active.at;
    assert.equal(only(active, 'PlacementMoved').state, 'Active');
    assert.equal(only(active, 'PlacementMoved').ends_at, active.at + TERM);
    assert.deepEqual(await market.ask(bob, 'next_action_at', state.placement), { action: 'End', at: active.at + TERM });
  });

  const open = async () => {
    const opened = only(await market.send(carol, 'open_round', [hex(randomBytes(32))]), 'RoundOpened');
    assert.equal(opened.challenger, carol.address);
    const asked = await market.ask(bob, 'challenge', state.placement);
    assert.deepEqual(asked.chunks, replica.asked(market, state.placement, opened));
    return opened;
  };

  await step('the chunks drawn here are those that the contract asks for, and their paths prove it', async () => {
    await market.advance(HOUR);
    const opened = await open();
    const response = replica.response(market, state.placement, opened);
    assert.equal(await market.ask(bob, 'check_proof', response), 'Proven');
    assert.equal(await market.ask(dan, 'check_proof', response), 'NotProvider');
    const done = await market.send(bob, 'prove', [[response]]);
    assert.deepEqual(done.value, ['Proven']);
    assert.deepEqual(only(done, 'Proven'), { placement: state.placement, round: opened.round });
    assert.equal(await market.ask(bob, 'challenge', state.placement), null);
  });

  // Settles, and sees that what was paid is what the time since the activation, less `unpaid`, has earned.
  const settle = async (unpaid) => {
    const [before] = await money(market, bob);
    const settled = state.settled;
    const done = keep(await market.send(dan, 'settle', [state.placement]));
    const served = Math.min(done.at - state.startedAt, TERM) - unpaid;
    const earned = priceDown(PRICE, CAPACITY, served);
    const fee = bpsDown(earned, 200) - bpsDown(settled, 200);
    const gross = earned - settled;
    assert.deepEqual(only(done, 'Settled'), {
      placement: state.placement,
      provider: bob.address,
      cluster: null,
      gross: gross.toString(),
      fee: fee.toString(),
      referral: '0',
      manager: '0',
      bonus: '0',
    });
    const [after] = await money(market, bob);
    return { done, paid: after - before, net: gross - fee };
  };

  await step('settling pays the time since the activation, less the network fee', async () => {
    await market.advance(DAY);
    const { paid, net } = await settle(0);
    assert.equal(paid, net);
    assert.equal((await market.ask(dan, 'sla', state.placement)).paid, state.settled.toString());
  });

  const slashed = (fields) => ({
    placement: state.placement,
    provider: bob.address,
    misses: 1,
    amount: slash.toString(),
    ...fields,
  });

  await step('an unanswered round costs collateral, of which who reports it gets a tenth', async () => {
    const { round } = await open();
    await market.advance(WINDOW);
    const done = keep(await market.send(dan, 'report_miss', [state.placement]));
    const share = bpsDown(slash, 1_000);
    assert.deepEqual(only(done, 'Slashed'), slashed({
      round,
      reason: 'Unanswered',
      reporter: dan.address,
      to_reporter: share.toString(),
      to_pot: (slash - share).toString(),
    }));
    assert.deepEqual(await money(market, dan), [share, 0n]);
    state.pot = slash - share;
  });

  await step('a wrong proof is a miss at once', async () => {
    await market.advance(HOUR);
    const opened = await open();
    const response = replica.response(market, state.placement, opened);
    const [first, ...rest] = response.proofs;
    const zeros = hex(Buffer.alloc((first.chunk.length - 2) / 2));
    const wrong = { ...response, proofs: [{ ...first, chunk: zeros }, ...rest] };
    assert.equal(await market.ask(bob, 'check_proof', wrong), 'Invalid');
    const done = keep(await market.send(bob, 'prove', [[wrong]]));
    assert.deepEqual(done.value, ['Invalid']);
    assert.deepEqual(only(done, 'Slashed'), slashed({
      round: opened.round, reason: 'InvalidProof', reporter: null, to_reporter: '0', to_pot: slash.toString(),
    }));
    state.pot += slash;
    const [, locked] = await money(market, bob);
    assert.equal(locked, collateral - 2n * slash);
  });

  await step('the term ends, and all but the two missed intervals is paid', async () => {
    await market.advance(HOUR);
    const response = replica.response(market, state.placement, await open());
    keep(await market.send(bob, 'prove', [[response]]));
    await market.advance(TERM);
    const { done } = await settle(2 * HOUR);
    const ended = named(done, 'PlacementMoved').at(-1);
    assert.deepEqual([ended.state, ended.escrow, ended.collateral], ['Completed', '0', '0']);
    assert.deepEqual(await money(market, carol), [DEPOSIT - state.settled, 0n]);
    const [, locked] = await money(market, bob);
    assert.equal(locked, 0n);
  });

  await step('the report and the score say what happened', async () => {
    keep(await market.send(carol, 'rate', [state.placement, 4]));
    const report = await market.ask(carol, 'sla', state.placement);
    const { state: ended, proven, missed, served_ms: served, paid, slashed: lost, stars, seen } = report;
    assert.deepEqual(
      { ended, proven, missed, served, paid, lost, stars, seen },
      {
        ended: 'Completed',
        proven: 2,
        missed: 2,
        served: TERM - 2 * HOUR,
        paid: state.settled.toString(),
        lost: (2n * slash).toString(),
        stars: 4,
        seen: null,
      },
    );
    const { score, prior, evidence } = await market.ask(carol, 'score', { Unit: state.unit });
    const sums = Object.fromEntries(Object.keys(evidence).map((part) =>
      [part, scored.reduce((sum, { found }) => sum + found.seen[part] - found.undone[part], 0)]));
    assert.deepEqual(evidence, sums);
    const good = evidence.kept + evidence.completed + evidence.praised;
    const bad = 40 * (evidence.missed + evidence.short) + evidence.broken + evidence.lost + evidence.blamed;
    const known = 2 * 10_000 * 30 * 24 * 3_600;
    assert.ok(good > 0 && bad > 0);
    assert.equal(score, Math.floor((10_000 * good + prior * known) / (good + bad + known)));
    assert.equal(report.score, score);
  });

  await step('closing makes the consumer whole out of the pot, and everybody leaves with the rest', async () => {
    const done = await market.send(carol, 'close', [state.reservation]);
    const whole = state.pot < state.settled ? state.pot : state.settled;
    assert.deepEqual(only(done, 'ReservationClosed'), {
      reservation: state.reservation, to_consumer: whole.toString(), to_treasury: (state.pot - whole).toString(),
    });
    assert.equal(await market.ask(carol, 'reservation', state.reservation), null);
    const net = state.settled - bpsDown(state.settled, 200);
    assert.equal(await leave(market, carol), DEPOSIT - state.settled + whole);
    assert.equal(await leave(market, bob), DEPOSIT - 2n * slash + net);
    assert.equal(await leave(market, dan), bpsDown(slash, 1_000));
  });
}
