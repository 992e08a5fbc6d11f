// Refusals as a user meets them: told by a trial, and found out afterwards for a transaction that was sent anyway.

import assert from 'node:assert/strict';

import { DAY, money, NODE, provider, TERMS, unitAt } from './terms.js';

const PRICE = 1_000_000_000n;
const EMPTY = `0x${'00'.repeat(32)}`;

/** Runs the story; what it asserts it asserts on the way. */
export async function refusals(market, t) {
  const bob = await market.account('refusals/provider');
  const carol = await market.account('refusals/consumer');
  const dan = await market.account('refusals/stranger');
  const unit = await provider(market, bob, PRICE, 10n ** 12n);
  await market.send(carol, 'deposit', [], { value: 10n ** 12n });
  await market.send(carol, 'register_challenger', [DAY, DAY]);
  const order = {
    replicas: [{ unit, root: EMPTY, chunks: 0 }],
    capacity: 1,
    term_ms: DAY,
    challenger: null,
    referrer: null,
    manifest: '0x',
    max_price: PRICE,
    choice: null,
  };
  const { value: reservation } = await market.send(carol, 'reserve', [order]);
  const { slots } = await market.ask(carol, 'reservation', reservation);
  const [{ placement }] = slots;
  const replicas = (...units) => units.map((id) => ({ unit: id, root: EMPTY, chunks: 0 }));

  const cases = [
    ['NotConsumer', dan, 'terminate', [reservation, null]],
    ['NotConsumer', bob, 'set_auto_renew', [reservation, 1]],
    ['NotProvider', dan, 'accept', [placement]],
    ['NotAdmin', dan, 'set_role', [dan.address, 'Arbiter', true]],
    ['NotInRole', dan, 'set_paused', [true]],
    ['UnknownUnit', carol, 'reserve', [{ ...order, replicas: replicas(999_999) }]],
    ['UnknownPlacement', carol, 'settle', [999_999]],
    ['UnknownProvider', dan, 'register_node', [NODE]],
    ['NotEnoughAvailable', carol, 'withdraw', [10n ** 18n]],
    ['NotEnoughAvailable', dan, 'withdraw', [1]],
    ['ZeroAmount', carol, 'deposit', []],
    ['AboveCeiling', carol, 'reserve', [{ ...order, max_price: 1 }]],
    ['NotEnoughCapacity', carol, 'reserve', [{ ...order, capacity: 501, max_price: 10n ** 20n }]],
    ['TermOutOfBounds', carol, 'reserve', [{ ...order, term_ms: 1 }]],
    ['ReplicasOutOfBounds', carol, 'reserve', [{ ...order, replicas: replicas() }]],
    ['TermsOutOfBounds', bob, 'update_unit', [unit, { ...unitAt(PRICE), terms: { ...TERMS, samples: 8 } }]],
    ['TooLong', bob, 'set_provider', ['x'.repeat(513), null]],
    ['WrongState', bob, 'activate', [placement]],
    ['NothingMissed', dan, 'report_miss', [placement]],
    ['NotEnded', carol, 'close', [reservation]],
  ];
  for (const [name, caller, message, parameters] of cases) {
    await t.test(`${message} is refused with ${name}, by the trial and by the chain`, async () => {
      const before = await market.ask(caller, 'solvency');
      const { tried, sent } = await market.refused(caller, message, parameters);
      assert.deepEqual([tried.name, sent.name], [name, name]);
      assert.equal(tried.codec[`is${name}`], true);
      assert.deepEqual(await market.ask(caller, 'solvency'), before);
    });
  }

  await t.test('too little gas, or too low a limit of the deposit, fails as such and changes nothing', async () => {
    const trial = await market.tried(dan, 'deposit', [], 10n ** 12n);
    const value = 10n ** 12n;
    const little = market.weight(trial.gasLimit, 1n, 6n);
    const starved = await market.transaction(dan, 'deposit', [], { ...trial, gasLimit: little, value });
    assert.equal(starved.failure, 'contracts.OutOfGas');
    const bound = await market.transaction(dan, 'deposit', [], { ...trial, storageDepositLimit: 1, value });
    assert.equal(bound.failure, 'contracts.StorageDepositLimitExhausted');
    assert.deepEqual(await money(market, dan), [0n, 0n]);
  });

  await t.test('money sent along with a message that takes none is refused by the chain', async () => {
    await assert.rejects(market.tried(carol, 'settle', [placement], 1n), /settle failed on the chain/);
  });
}
