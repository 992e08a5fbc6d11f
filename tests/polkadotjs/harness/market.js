// The contract as users of polkadot.js drive it: `ContractPromise` and the metadata, nothing made for this contract.
// Each call is tried first; what the trial has found says what the transaction may cost.

import assert from 'node:assert/strict';

import { Keyring } from '@polkadot/api';
import { Abi, CodePromise, ContractPromise } from '@polkadot/api-contract';

import { code, committed } from './metadata.js';
import { address, plain, plainArguments, publicKey, Types } from './plain.js';

/** A refusal: `name` is the error's. */
export class Refusal extends Error {
  constructor(name, codec) {
    super(name);
    this.name = name;
    this.codec = codec;
  }
}

/** A deployed contract, on a node whose clock can be moved. */
export class Market {
  constructor(node) {
    this.node = node;
    this.api = node.api;
    this.metadata = committed();
    this.types = new Types(this.metadata);
    this.abi = new Abi(this.metadata, this.api.registry.getChainProperties());
    this.keys = new Keyring({ type: 'sr25519', ss58Format: 42 });
    this.gas = this.api.consts.system.blockWeights.maxBlock;
  }

  /** Puts the code on the chain and makes a contract of it. Fees go to `treasury`. */
  static async deploy(node, admin, treasury) {
    const market = new Market(node);
    const { api, abi, gas } = market;
    const parameters = [treasury.address];
    const data = abi.findConstructor('new').toU8a(parameters);
    const wasm = code();
    const upload = { Upload: `0x${wasm.toString('hex')}` };
    const trial = await api.call.contractsApi.instantiate(admin.address, 0, gas, null, upload, data, '0x');
    assert.ok(trial.result.isOk, `the contract cannot be deployed: ${trial.result}`);
    const limits = { gasLimit: trial.gasRequired, storageDepositLimit: deposit(trial), salt: '0x' };
    const made = await market.included(new CodePromise(api, abi, wasm).tx.new(limits, ...parameters), admin);
    assert.equal(made.failure, undefined, made.failure);
    market.contract = new ContractPromise(api, abi, made.contract.address);
    market.address = address(made.contract.address.toU8a());
    market.publicKey = publicKey(market.address);
    return market;
  }

  /** An account of the development chain, by the words after its root key: `//Alice`. */
  key(path) {
    return this.keys.addFromUri(path);
  }

  /** A new account with money. */
  async account(name, amount = 10_000n * 10n ** 12n) {
    const pair = this.key(`//${name}`);
    await this.included(this.api.tx.balances.transferKeepAlive(pair.address, amount), this.key('//Alice'));
    return pair;
  }

  /**
   * Moves the clock on and has the chain notice, by blocks: what is tried next sees the time of the last one. A round
   * of the stories is over after four.
   */
  async advance(ms, blocks = 4) {
    this.node.clock.set((await this.now()) + ms);
    for (let i = 0; i < blocks; i += 1) await this.included(this.api.tx.system.remark('0x'), this.key('//Alice'));
  }

  async now() {
    return (await this.api.query.timestamp.now()).toNumber();
  }

  /** What an account has outside the contract. */
  async free(account) {
    return (await this.api.query.system.account(account)).data.free.toBigInt();
  }

  /** Sends a transaction and waits until it is in a block. */
  async included(transaction, signer) {
    const result = await new Promise((resolve, reject) => {
      transaction.signAndSend(signer, { nonce: -1 }, (update) => {
        // A node that finalises at once may leave out that the transaction is in a block.
        if (update.isInBlock || update.isFinalized) resolve(update);
        else if (update.isError) reject(new Error(`the transaction was not taken: ${update.status}`));
      }).catch(reject);
    });
    const block = result.isFinalized ? result.status.asFinalized : result.status.asInBlock;
    const at = (await (await this.api.at(block)).query.timestamp.now()).toNumber();
    const [paid] = result.filterRecords('transactionPayment', 'TransactionFeePaid');
    const error = result.dispatchError;
    const module = error?.isModule ? this.api.registry.findMetaError(error.asModule) : undefined;
    return {
      block,
      at,
      index: result.txIndex,
      fee: paid.event.data.actualFee.toBigInt(),
      held: heldFrom(signer.address, result),
      failure: module ? `${module.section}.${module.name}` : error?.toString(),
      contract: result.contract,
      contractEvents: result.contractEvents ?? [],
      events: this.decoded(result.events),
    };
  }

  /** Events of this contract among the records of a block, in the plain form. */
  decoded(records) {
    const { contracts } = this.api.events;
    return records
      .filter(({ event }) => contracts.ContractEmitted.is(event) && this.contract?.address.eq(event.data.contract))
      .map((record) => {
        const { event, args } = this.abi.decodeEvent(record);
        const spec = this.metadata.spec.events[event.index];
        return { name: spec.label, fields: plainArguments(this.types, spec, args) };
      });
  }

  /** All that the contract has told from the first block on, each with its block and that block's time. */
  async history() {
    const last = (await this.api.rpc.chain.getHeader()).number.toNumber();
    const history = [];
    for (let block = 1; block <= last; block += 1) {
      const { query } = await this.api.at(await this.api.rpc.chain.getBlockHash(block));
      const at = (await query.timestamp.now()).toNumber();
      for (const { name, fields } of this.decoded(await query.system.events())) {
        history.push({ block, at_ms: at, contract: this.address, name, fields });
      }
    }
    return history;
  }

  spec(message) {
    return this.metadata.spec.messages.find(({ label }) => label === message);
  }

  /** Tries a message: what it would say, and what it would cost. `message` is the name in the metadata. */
  async tried(caller, message, parameters, value = 0n) {
    const query = this.contract.query[this.abi.findMessage(message).method];
    const options = { gasLimit: this.gas, storageDepositLimit: null, value };
    const { output, result, gasRequired, storageDeposit } = await query(caller.address, options, ...parameters);
    assert.ok(result.isOk, `${message} failed on the chain: ${result}`);
    const reply = this.reply(message, output);
    // A trial runs at the time of the last block. A few milliseconds later there may be something to pay, and half as
    // much again is too little for that.
    return {
      ...reply,
      gasLimit: this.weight(gasRequired, 3n, 1n),
      storageDepositLimit: deposit({ storageDeposit }),
    };
  }

  /** So many parts of an amount of gas. */
  weight({ refTime, proofSize }, parts, of) {
    const share = (amount) => (amount.toBigInt() * parts) / of;
    return this.api.registry.createType('WeightV2', { refTime: share(refTime), proofSize: share(proofSize) });
  }

  // What is inside the two results that a message replies with.
  reply(message, output) {
    assert.ok(output.isOk, `${message} was not read by the contract: ${output}`);
    const { Ok: reply } = plain(this.types, this.spec(message).returnType.type, output);
    const [{ type }] = this.types.variants(this.spec(message).returnType.type)[0].fields;
    if (this.types.path(type) !== 'Result') return { value: reply };
    return 'Err' in reply ? { refusal: new Refusal(reply.Err, output.asOk.asErr) } : { value: reply.Ok };
  }

  /** What a view shows to a caller. */
  async ask(caller, message, ...parameters) {
    const { value, refusal } = await this.tried(caller, message, parameters);
    if (refusal) throw refusal;
    return value;
  }

  /**
   * Tries a message and sends it; money goes along under `value` in `options`. Whatever the message does, the caller
   * pays the fee, the money sent along and the storage deposit, gets what it withdraws, and nothing else.
   */
  async send(caller, message, parameters = [], { value = 0n } = {}) {
    const trial = await this.tried(caller, message, parameters, value);
    if (trial.refusal) throw trial.refusal;
    const before = await this.free(caller.address);
    const done = await this.transaction(caller, message, parameters, { ...trial, value });
    assert.equal(done.failure, undefined, `${message}: ${done.failure}`);
    assert.equal(done.contractEvents.length, done.events.length, 'polkadot.js has decoded every event');
    const withdrawn = done.events.filter(({ name }) => name === 'Withdrawn').map(({ fields }) => BigInt(fields.amount));
    const left = before - value - done.fee - done.held + sum(withdrawn);
    assert.equal(await this.free(caller.address), left, `${message}: the caller's money on the chain`);
    return { ...done, value: trial.value };
  }

  transaction(caller, message, parameters, { gasLimit, storageDepositLimit, value }) {
    const tx = this.contract.tx[this.abi.findMessage(message).method];
    return this.included(tx({ gasLimit, storageDepositLimit, value }, ...parameters), caller);
  }

  /**
   * Tries a message that is refused, sends it nevertheless, and tells what each of both says. A failed transaction
   * itself tells no more than that the contract has refused: the reason is found by trying it again, with the
   * arguments that are in the block, on that block.
   */
  async refused(caller, message, parameters = [], { value = 0n } = {}) {
    const trial = await this.tried(caller, message, parameters, value);
    assert.ok(trial.refusal, `${message} would not be refused`);
    const done = await this.transaction(caller, message, parameters, { ...trial, value });
    assert.equal(done.failure, 'contracts.ContractReverted');
    assert.deepEqual(done.events, []);
    const { message: sent, refusal } = await this.explained(done);
    assert.equal(sent, message);
    return { tried: trial.refusal, sent: refusal };
  }

  /** The message of a failed transaction, and why it was refused: from the block alone. */
  async explained({ block, index }) {
    const { extrinsics } = (await this.api.rpc.chain.getBlock(block)).block;
    const { signer, method } = extrinsics[index];
    const [dest, value, gasLimit, storageDepositLimit, data] = method.args;
    const { message } = this.abi.decodeMessage(data.toU8a());
    const { call } = await this.api.at(block);
    const { result } = await call.contractsApi.call(
      signer.toString(), dest.toString(), value.unwrap(), gasLimit, storageDepositLimit.unwrap().unwrap(), data,
    );
    const returned = this.abi.registry.createTypeUnsafe(
      message.returnType.lookupName || message.returnType.type, [result.asOk.data.toU8a(true)],
    );
    return { message: message.identifier, ...this.reply(message.identifier, returned) };
  }
}

const sum = (amounts) => amounts.reduce((all, amount) => all + amount, 0n);

// What a transaction has taken from an account as storage deposit, below zero where it gave some back.
function heldFrom(account, result) {
  const amounts = (name, side) => result.filterRecords('contracts', name)
    .filter(({ event }) => event.data[side].eq(account))
    .map(({ event }) => event.data.amount.toBigInt());
  const taken = sum(amounts('StorageDepositTransferredAndHeld', 'from'));
  return taken - sum(amounts('StorageDepositTransferredAndReleased', 'to'));
}

// What a trial has found that it takes in storage deposit; zero where it gives some back.
function deposit({ storageDeposit }) {
  return storageDeposit.isCharge ? storageDeposit.asCharge : 0;
}
