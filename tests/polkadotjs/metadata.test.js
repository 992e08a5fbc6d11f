// What is committed for polkadot.js. That the metadata is that of the contract is tested in contracts/bundle.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('the lock file names no address to download from', () => {
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', import.meta.url), 'utf8'));
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  assert.ok(packages.length > 0);
  assert.deepEqual(packages.filter(([, entry]) => entry.resolved || !entry.integrity), []);
});
