// Everything the metadata describes, through polkadot.js and the committed metadata alone: messages, events, records,
// errors. The bytes are checked against an encoder that has nothing in common with polkadot.js.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Abi } from '@polkadot/api-contract';

import { ARGUMENTS } from './harness/arguments.js';
import { committed } from './harness/metadata.js';
import { plain, plainArguments, publicKey, Types } from './harness/plain.js';
import { encode, encodeArguments, sampleArguments, samples } from './harness/scale.js';

const metadata = committed();
const types = new Types(metadata);
const abi = new Abi(metadata);
const { messages, events } = metadata.spec;

const create = (id, bytes) => abi.registry.createType(abi.registry.createLookupType(id), bytes);

// Every type that a message or an event carries, with all that is inside.
function reachable() {
  const found = new Set();
  const visit = (id) => {
    if (found.has(id)) return;
    found.add(id);
    if (types.isAccount(id)) return;
    const [shape, inner] = types.definition(id);
    if (shape === 'array' || shape === 'sequence') visit(inner.type);
    if (shape === 'tuple') inner.forEach(visit);
    if (shape === 'composite') inner.fields.forEach(({ type }) => visit(type));
    if (shape === 'variant') types.variants(id).forEach(({ fields = [] }) => fields.forEach(({ type }) => visit(type)));
  };
  for (const { args, returnType } of [...messages, ...events]) {
    args.forEach(({ type }) => visit(type.type));
    if (returnType) visit(returnType.type);
  }
  return [...found];
}

const ids = reachable();
const named = (shape) => ids.filter((id) => types.definition(id)[0] === shape && types.path(id).includes('::'));
const records = named('composite').filter((id) => !types.isAccount(id));
const enums = named('variant');
const [errors] = enums.filter((id) => types.path(id) === 'orchestrator_domain::error::Error');

test('the table has arguments for every message of the metadata, and for nothing else', () => {
  assert.deepEqual(Object.keys(ARGUMENTS).sort(), messages.map(({ label }) => label).sort());
});

describe('a message is built from plain arguments and read back as they were', () => {
  for (const [i, spec] of messages.entries()) {
    test(spec.label, () => {
      for (const values of [...ARGUMENTS[spec.label], ...sampleArguments(types, spec)]) {
        const message = abi.findMessage(spec.label);
        const call = message.toU8a(spec.args.map(({ label }) => values[label]));
        const expected = spec.selector + encodeArguments(types, spec, values).toString('hex');
        assert.equal(abi.registry.createType('Bytes', call).toHex(), expected);
        const read = abi.decodeMessage(call);
        assert.equal(read.message.index, i);
        assert.deepEqual(plainArguments(types, spec, read.args), values);
      }
    });
  }
});

describe('a reply is read', () => {
  for (const { label, returnType } of messages) {
    test(label, () => {
      for (const reply of samples(types, returnType.type)) {
        const bytes = encode(types, returnType.type, reply);
        const codec = create(returnType.type, bytes);
        assert.deepEqual(plain(types, returnType.type, codec), reply);
        assert.deepEqual(Buffer.from(codec.toU8a()), bytes);
      }
    });
  }
});

describe('an event is told by its topic and read with all its fields', () => {
  for (const spec of events) {
    test(spec.label, () => {
      for (const values of sampleArguments(types, spec)) {
        const data = abi.registry.createType('Raw', encodeArguments(types, spec, values));
        const topics = [abi.registry.createType('Hash', spec.signature_topic)];
        const { event, args } = abi.decodeEvent({ event: { data: [undefined, data] }, topics });
        assert.equal(event.identifier, `${spec.module_path}::${spec.label}`);
        assert.ok(event.docs.join('').length > 0);
        assert.deepEqual(plainArguments(types, spec, args), values);
      }
    });
  }
});

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

describe('the fields of a record are properties by their names', () => {
  for (const id of records) {
    test(types.path(id), () => {
      const [sample] = samples(types, id);
      const codec = create(id, encode(types, id, sample));
      const human = codec.toHuman();
      for (const { name, type } of types.definition(id)[1].fields) {
        assert.deepEqual(plain(types, type, codec[camel(name)]), sample[name], name);
        assert.ok(camel(name) in human, name);
        if (types.isAccount(type)) assert.equal(human[camel(name)], sample[name]);
      }
    });
  }
});

describe('the variants of an enum are told by properties', () => {
  for (const id of enums) {
    test(types.path(id), () => {
      for (const { name, index, fields = [] } of types.variants(id)) {
        const [content] = fields.length ? samples(types, fields[0].type) : [];
        const codec = create(id, encode(types, id, fields.length ? { [name]: content } : name));
        assert.equal(codec.index, index);
        assert.equal(codec.type, name);
        assert.equal(codec[`is${name}`], true);
        if (fields.length) assert.deepEqual(plain(types, fields[0].type, codec[`as${name}`]), content);
        else assert.equal(codec.toHuman(), name);
      }
    });
  }
});

test('every error is told by its name within a reply, and says in words what it is', () => {
  const { returnType } = messages.find(({ label }) => label === 'deposit');
  const described = abi.registry.lookup.getSiType(errors).def.asVariant.variants;
  for (const { name, index } of types.variants(errors)) {
    const reply = create(returnType.type, Uint8Array.of(0, 1, index));
    assert.equal(reply.asOk.asErr.type, name);
    assert.equal(reply.asOk.asErr.toHuman(), name);
    const variant = described.find((x) => x.index.eq(index));
    assert.ok(variant.docs.join(' ').trim().endsWith('.'), name);
  }
  assert.throws(() => create(errors, Uint8Array.of(types.variants(errors).length)));
});

test('a call that the contract cannot read is told apart from a refusal', () => {
  const { returnType } = messages.find(({ label }) => label === 'deposit');
  assert.equal(create(returnType.type, Uint8Array.of(1, 1)).asErr.type, 'CouldNotReadInput');
});

test('bytes of a key and text of an address are the same account', () => {
  const { toU8a } = abi.findMessage('account');
  const [{ account }] = ARGUMENTS.account;
  assert.deepEqual(toU8a([publicKey(account)]), toU8a([account]));
});

test('a number that JavaScript cannot hold is refused and not rounded', () => {
  const id = ids.find((x) => types.definition(x)[1] === 'u64');
  assert.throws(() => plain(types, id, create(id, new Uint8Array(8).fill(255))), RangeError);
});

describe('what polkadot.js does not refuse, so that who calls has to take care', () => {
  const argument = (message, ...values) => Buffer.from(abi.findMessage(message).toU8a(values)).toString('hex');

  test('raw bytes for an optional hash or account are read as the option itself: give text', () => {
    const zeroLed = new Uint8Array(32);
    assert.equal(argument('announce_upgrade', zeroLed), argument('announce_upgrade', null));
    assert.equal(argument('offer', 'Admin', zeroLed), argument('offer', 'Admin', null));
    assert.notEqual(argument('announce_upgrade', `0x${'00'.repeat(32)}`), argument('announce_upgrade', null));
  });

  test('raw bytes for a list of bytes are read as if their length went before: give text', () => {
    assert.equal(argument('set_provider', Uint8Array.of(4, 9), null), argument('set_provider', '0x09', null));
  });

  test('a field that is left out is zero, and an enum that is left out is its first variant', () => {
    const [{ spec }] = ARGUMENTS.register_node;
    const { region, state, ...rest } = spec;
    assert.equal(argument('register_node', rest), argument('register_node', { ...rest, region: 0, state: 'Online' }));
    assert.equal(argument('offer', undefined, null), argument('offer', { Reservation: 0 }, null));
    assert.notEqual(argument('offer', undefined, null), argument('offer', 'Admin', null), 'nobody offers that by mistake');
  });
});
