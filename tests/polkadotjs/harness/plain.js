// What polkadot.js has decoded, in the form in which `orch --output-json` writes it: names as in the metadata, accounts
// as SS58 with prefix 42, bytes as 0x hex, u128 as decimal text, smaller numbers as numbers, an enum without fields as
// its name and with fields as `{ "Name": value }`, an option as null or its value.
//
// The types of the metadata lead and the codecs follow, so that a codec of an unexpected shape fails here and is not
// taken for something else.

import { Keyring } from '@polkadot/api';

const addresses = new Keyring({ ss58Format: 42 });

/** An account in the form in which everything here writes it. */
export const address = (account) => addresses.encodeAddress(account);
/** The 32 bytes of an account. */
export const publicKey = (account) => addresses.decodeAddress(account);

/** Types of a metadata, found by id and told apart. */
export class Types {
  constructor(metadata) {
    this.byId = new Map(metadata.types.map(({ id, type }) => [id, type]));
  }

  path(id) {
    return (this.byId.get(id).path ?? []).join('::');
  }

  definition(id) {
    const [[shape, inner]] = Object.entries(this.byId.get(id).def);
    return [shape, inner];
  }

  isAccount(id) {
    return this.path(id) === 'ink_primitives::types::AccountId';
  }

  isByte(id) {
    const [shape, inner] = this.definition(id);
    return shape === 'primitive' && inner === 'u8';
  }

  variants(id) {
    return this.definition(id)[1].variants ?? [];
  }
}

function number(codec, name) {
  const value = codec.toBigInt();
  if (name === 'u128') return value.toString();
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`${value} is no number of JavaScript`);
  return Number(value);
}

/** A decoded value of the type `id`, in the plain form. */
export function plain(types, id, codec) {
  if (types.isAccount(id)) return address(codec.toU8a());
  const [shape, inner] = types.definition(id);
  const list = (of) => [...codec].map((item) => plain(types, of, item));
  switch (shape) {
    case 'primitive':
      return inner === 'bool' ? codec.isTrue : number(codec, inner);
    case 'array':
    case 'sequence':
      return types.isByte(inner.type) ? codec.toHex() : list(inner.type);
    case 'tuple':
      return inner.length === 0 ? null : inner.map((of, i) => plain(types, of, codec[i]));
    case 'composite': {
      const values = [...codec.values()];
      if (values.length !== inner.fields.length) throw new TypeError(`fields of ${types.path(id)}`);
      return Object.fromEntries(inner.fields.map(({ name, type }, i) => [name, plain(types, type, values[i])]));
    }
    case 'variant':
      return variant(types, id, codec);
    default:
      throw new TypeError(`no plain form for ${shape} (${types.path(id)})`);
  }
}

function variant(types, id, codec) {
  if (types.path(id) === 'Option') {
    const [{ type }] = types.variants(id).find(({ name }) => name === 'Some').fields;
    return codec.isNone ? null : plain(types, type, codec.unwrap());
  }
  const { name, fields = [] } = types.variants(id).find((x) => x.name === codec.type);
  if (fields.length === 0) return name;
  if (fields.length > 1 || fields[0].name) throw new TypeError(`no plain form for ${types.path(id)}::${name}`);
  return { [name]: plain(types, fields[0].type, codec.inner) };
}

/** Arguments of a message or fields of an event, as polkadot.js has decoded them in order, by their names. */
export function plainArguments(types, { args }, codecs) {
  return Object.fromEntries(args.map(({ label, type }, i) => [label, plain(types, type.type, codecs[i])]));
}
