// What else is said of a deal, and by those who govern: access, data, maintenance, quality, dispute, exit, roles,
// handover.

import assert from 'node:assert/strict';

import {
  bpsDown, bpsUp, DAY, hex, HOUR, leave, money, named, only, priceUp, provider, steps, TERMS, WINDOW,
} from './terms.js';

const PRICE = 90_000_000_000n;
const CAPACITY = 2;
const TERM = 12 * DAY;
const DEPOSIT = 20n * 10n ** 12n;
const HASHES = ['11', '22', '33', '44'].map((byte) => `0x${byte.repeat(32)}`);
const EMPTY = `0x${'00'.repeat(32)}`;

/** Runs the story; what it asserts it asserts on the way. */
export async function service(market, t) {
  const step = steps(t);
  const admin = market.key('//Alice');
  const treasury = market.key('//Ferdie');
  const bob = await market.account('service/provider');
  const carol = await market.account('service/consumer');
  const erin = await market.account('service/helper');
  let unit;
  let reservation;
  let placement;

  await step('the admin gives out roles, sets the rate and announces, and every event shows all settings', async () => {
    for (const role of ['Pauser', 'PriceFeed', 'Observer', 'Arbiter']) {
      const done = await market.send(admin, 'set_role', [erin.address, role, true]);
      const { settings } = only(done, 'GovernanceChanged');
      assert.deepEqual(settings.holders.at(-1), { account: erin.address, role });
      assert.deepEqual(settings, await market.ask(erin, 'settings'));
    }
    const at = await market.now();
    await market.send(erin, 'set_rate', [2n * 10n ** 12n, at]);
    await market.send(admin, 'announce_upgrade', [HASHES[0]]);
    await market.send(admin, 'offer', ['Admin', erin.address]);
    const { rate, upgrade, offered_to: offered } = await market.ask(erin, 'settings');
    assert.deepEqual(rate, { per_usd: '2000000000000', at });
    assert.equal(upgrade.code_hash, HASHES[0]);
    assert.equal(offered, erin.address);
    await market.send(admin, 'announce_upgrade', [null]);
    await market.send(admin, 'offer', ['Admin', null]);
    await market.send(erin, 'set_paused', [true]);
    const { settings } = only(await market.send(erin, 'set_paused', [false]), 'GovernanceChanged');
    assert.deepEqual([settings.upgrade, settings.offered_to, settings.pauses.count], [null, null, 1]);
  });

  await step('a reservation without data gets a referrer, readers, and then its data', async () => {
    unit = await provider(market, bob, PRICE, DEPOSIT);
    await market.send(carol, 'deposit_for', [carol.address], { value: DEPOSIT });
    await market.send(carol, 'register_challenger', [HOUR, WINDOW]);
    const made = await market.send(carol, 'reserve', [{
      replicas: [{ unit, root: EMPTY, chunks: 0 }],
      capacity: CAPACITY,
      term_ms: TERM,
      challenger: null,
      referrer: erin.address,
      manifest: '0x',
      max_price: priceUp(PRICE, CAPACITY, TERM),
      choice: null,
    }]);
    reservation = made.value;
    ({ placement } = only(made, 'PlacementMoved'));
    await market.send(bob, 'accept', [placement]);
    await market.send(bob, 'activate', [placement]);

    for (const access of ['Reader', 'Writer', null]) {
      const done = await market.send(carol, 'set_access', [reservation, erin.address, access]);
      assert.deepEqual(done.events, [{ name: 'AccessSet', fields: { reservation, account: erin.address, access } }]);
    }
    const data = [placement, HASHES[1], 11];
    const offered = only(await market.send(carol, 'commit_data', data), 'DataCommitted');
    assert.deepEqual(offered, { placement, root: HASHES[1], chunks: 11, accepted: false });
    assert.deepEqual(await market.ask(bob, 'committed_data', placement), { root: HASHES[1], chunks: 11 });
    assert.equal(only(await market.send(bob, 'accept_data', data), 'DataCommitted').accepted, true);
    assert.equal((await market.ask(bob, 'placement', placement)).root, HASHES[1]);
  });

  await step('extending and growing lock what they cost', async () => {
    const [, before] = await money(market, carol);
    const ceiling = 10n ** 12n;
    const longer = only(await market.send(carol, 'extend', [reservation, 3 * DAY, ceiling]), 'PlacementMoved');
    const larger = only(await market.send(carol, 'resize', [reservation, CAPACITY + 1, ceiling]), 'PlacementMoved');
    assert.deepEqual([longer.capacity, larger.capacity], [CAPACITY, CAPACITY + 1]);
    assert.equal(longer.ends_at, larger.ends_at);
    const [, after] = await money(market, carol);
    assert.ok(after > before);
    assert.equal(after, BigInt(larger.escrow));
    const renewal = await market.send(carol, 'set_auto_renew', [reservation, ceiling]);
    assert.equal(only(renewal, 'ReservationChanged').renew_up_to, ceiling.toString());
    await market.send(carol, 'set_auto_renew', [reservation, 0]);
  });

  await step('maintenance is announced and taken back, and quality is reported for the day before', async () => {
    const from = (await market.now()) + 2 * DAY;
    const window = { from, until: from + HOUR };
    const announced = await market.send(bob, 'set_maintenance', [unit, window]);
    assert.deepEqual(only(announced, 'MaintenanceSet'), { unit, window });
    const back = only(await market.send(bob, 'set_maintenance', [unit, null]), 'MaintenanceSet');
    assert.deepEqual(back.window, { from, until: from });

    await market.advance(2 * DAY);
    const day = Math.floor((await market.now()) / DAY) - 1;
    const seen = { unit, uptime_bps: 9_000, latency_ms: 500 };
    const done = await market.send(erin, 'report_quality', [day, [seen]]);
    assert.deepEqual(only(done, 'QualityReported'), { ...seen, day, observer: erin.address });
    const found = named(done, 'Scored');
    assert.deepEqual(found.map(({ provider: who, unit: what }) => [who, what]), [[null, unit], [bob.address, null]]);
    assert.ok(found.every(({ found: { seen: evidence } }) => evidence.short > 0));
    assert.deepEqual((await market.ask(carol, 'sla', placement)).seen, { uptime_bps: 9_000, latency_ms: 500 });
    const { quality } = await market.ask(carol, 'service', unit);
    assert.deepEqual(quality.reports, [{ observer: erin.address, network: true, uptime_bps: 9_000, latency_ms: 500 }]);
  });

  await step('a dispute is opened, answered, and decided by halves', async () => {
    const at = await market.now();
    const opened = only(await market.send(carol, 'open_dispute', [placement, at, HASHES[1], DEPOSIT]), 'DisputeMoved');
    assert.equal(opened.step, 'Opened');
    const answered = only(await market.send(bob, 'answer_dispute', [placement, HASHES[2]]), 'DisputeMoved');
    assert.deepEqual([answered.step, answered.hash, answered.bond], ['Answered', HASHES[2], opened.bond]);
    assert.deepEqual(await market.ask(bob, 'next_action_at', placement), { action: 'Decide', at: answered.until });

    const { collateral } = await market.ask(carol, 'sla', placement);
    const [availableBefore, lockedBefore] = await money(market, carol);
    const done = await market.send(erin, 'decide_dispute', [placement, 5_000, HASHES[3]]);
    const decided = only(done, 'DisputeMoved');
    const { amount, reason, to_pot: toPot } = only(done, 'Slashed');
    const { gross } = only(done, 'Settled');
    const cut = bpsDown(BigInt(collateral), 5_000).toString();
    assert.deepEqual([amount, reason, toPot], [cut, 'Dispute', cut]);
    const refunded = BigInt(decided.refunded);
    assert.equal(refunded, bpsDown(refunded + BigInt(gross), 5_000));
    const [available, locked] = await money(market, carol);
    assert.equal(available - availableBefore, refunded + BigInt(decided.bond));
    assert.equal(lockedBefore - locked, refunded + BigInt(gross) + BigInt(decided.bond));
  });

  await step('a provider that leaves pays the exit fee, and the slot is filled by another', async () => {
    const fee = await market.ask(bob, 'exit_fee', placement);
    const done = await market.send(bob, 'withdraw_placement', [placement, fee]);
    const { amount, reason } = only(done, 'Slashed');
    assert.deepEqual([amount, reason], [fee, 'Exit']);
    assert.equal(named(done, 'PlacementMoved').at(-1).state, 'Withdrawn');

    const other = await provider(market, erin, PRICE, DEPOSIT);
    const replica = { unit: other, root: HASHES[1], chunks: 11 };
    const replaced = await market.send(carol, 'replace', [reservation, 0, replica, DEPOSIT]);
    assert.equal(only(replaced, 'PlacementMoved').placement, replaced.value);
    await market.send(erin, 'decline', [replaced.value]);
    const { state, escrow } = await market.ask(carol, 'placement', replaced.value);
    assert.deepEqual([state, escrow], ['Cancelled', '0']);
  });

  await step('a reservation is handed over and closed by its new consumer', async () => {
    const what = { Reservation: reservation };
    const offered = only(await market.send(carol, 'offer', [what, erin.address]), 'ReservationChanged');
    assert.deepEqual([offered.consumer, offered.offered_to], [carol.address, erin.address]);
    const taken = only(await market.send(erin, 'take_over', [what]), 'ReservationChanged');
    assert.deepEqual([taken.consumer, taken.offered_to], [erin.address, null]);
    const closed = only(await market.send(erin, 'close', [reservation]), 'ReservationClosed');
    assert.equal(await market.ask(erin, 'placement', placement), null);
    assert.ok(BigInt(closed.to_consumer) > 0n);
    assert.deepEqual(await market.ask(erin, 'list', { Reservations: erin.address }, 0, 50), { ids: [], next: 0 });
  });

  await step('entries are retired, fees collected, and everybody leaves', async () => {
    const { node } = await market.ask(bob, 'data_unit', unit);
    const retired = only(await market.send(bob, 'retire_unit', [unit]), 'DataUnitUpdated');
    assert.deepEqual([retired.capacity, retired.price, retired.open], [0, '0', false]);
    assert.equal(only(await market.send(bob, 'retire_node', [node]), 'NodeUpdated').state, null);

    const { fees } = await market.ask(admin, 'settings');
    const done = await market.send(admin, 'collect_fees');
    assert.deepEqual(only(done, 'FeesCollected'), { amount: fees });
    assert.equal(await leave(market, treasury), BigInt(fees));
    for (const account of [bob, carol, erin]) await leave(market, account);
  });
}
