// The contract on a real node, driven by polkadot.js with the committed metadata.
//
// One node for all stories; each story has accounts of its own. They are told in this order, and what they have left on
// the chain is read at the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eventsOfOrch, withoutOrch } from './harness/command.js';
import { Market } from './harness/market.js';
import { Node } from './harness/node.js';
import { cluster } from './stories/cluster.js';
import { deal } from './stories/deal.js';
import { refusals } from './stories/refusals.js';
import { service } from './stories/service.js';

test('the contract on a node', async (t) => {
  const node = await Node.start();
  t.after(() => node.stop());
  const { keys } = new Market(node);
  const market = await Market.deploy(node, keys.addFromUri('//Alice'), keys.addFromUri('//Ferdie'));

  await t.test('a deal, from registration to the last plank', (story) => deal(market, story));
  await t.test('a cluster, from trust to the last plank', (story) => cluster(market, story));
  await t.test('what is said of a deal, and by those who govern', (story) => service(market, story));
  await t.test('refusals', (story) => refusals(market, story));

  const history = await market.history();

  await t.test('every event of the metadata has been read from the chain', () => {
    const told = new Set(history.map(({ name }) => name));
    assert.deepEqual([...told].sort(), market.metadata.spec.events.map(({ label }) => label).sort());
  });

  await t.test('the last balances that events tell are those that the contract shows', async () => {
    const last = new Map();
    for (const { name, fields } of history) {
      if (name === 'BalancesChanged') fields.accounts.forEach((entry) => last.set(entry.account, entry));
    }
    assert.ok(last.size > 10);
    for (const [account, { available, locked }] of last) {
      const shown = await market.ask({ address: account }, 'account', account);
      assert.deepEqual([shown.available, shown.locked], [available, locked]);
    }
  });

  await t.test('what came in and did not go out is what the contract owes, and it holds no less', async () => {
    let left = 0n;
    for (const { name, fields } of history) {
      if (name === 'Deposited') left += BigInt(fields.amount);
      if (name === 'Withdrawn') left -= BigInt(fields.amount);
    }
    const { held, owed } = await market.ask(market.key('//Alice'), 'solvency');
    assert.equal(BigInt(owed), left);
    assert.ok(BigInt(held) >= left);
  });

  if (withoutOrch) t.diagnostic(withoutOrch);
  await t.test('orch events tells of every event what polkadot.js reads', { skip: withoutOrch }, async () => {
    const told = await eventsOfOrch(market);
    assert.equal(told.length, history.length);
    for (const [i, event] of history.entries()) assert.deepEqual(told[i], event);
  });

  // Here belongs that `orch` says each refusal of `stories/refusals.js` in its own words: to each case the sentence,
  // from the command's standard error, next to the name of the error that is read here.
});
