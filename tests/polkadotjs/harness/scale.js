// A second opinion on polkadot.js: SCALE from the plain form, and sample values of every type, both straight from the
// metadata. What polkadot.js encodes must have these very bytes.

import { address, publicKey } from './plain.js';

const BYTES = { u8: 1, u16: 2, u32: 4, u64: 8, u128: 16 };

function littleEndian(value, bytes) {
  const digits = BigInt(value).toString(16).padStart(bytes * 2, '0');
  if (digits.length > bytes * 2) throw new RangeError(`${value} does not fit into ${bytes} bytes`);
  return Buffer.from(digits, 'hex').reverse();
}

function compact(length) {
  if (length < 64) return Buffer.of(length << 2);
  return length < 1 << 14 ? littleEndian((length << 2) | 1, 2) : littleEndian(length * 4 + 2, 4);
}

const hexBytes = (text) => Buffer.from(text.slice(2), 'hex');

/** A plain value of the type `id` in SCALE. */
export function encode(types, id, value) {
  if (types.isAccount(id)) return Buffer.from(publicKey(value));
  const [shape, inner] = types.definition(id);
  const each = (ids) => Buffer.concat(ids.map(([of, item]) => encode(types, of, item)));
  switch (shape) {
    case 'primitive':
      return inner === 'bool' ? Buffer.of(value ? 1 : 0) : littleEndian(value, BYTES[inner]);
    case 'array':
      return types.isByte(inner.type) ? hexBytes(value) : each(value.map((item) => [inner.type, item]));
    case 'sequence': {
      const items = types.isByte(inner.type) ? hexBytes(value) : value;
      const rest = Buffer.isBuffer(items) ? items : each(items.map((item) => [inner.type, item]));
      return Buffer.concat([compact(items.length), rest]);
    }
    case 'tuple':
      return each(inner.map((of, i) => [of, value[i]]));
    case 'composite':
      return each(inner.fields.map(({ name, type }) => [type, value[name]]));
    case 'variant': {
      const [name, content] = opened(types, id, value);
      const { index, fields = [] } = types.variants(id).find((x) => x.name === name);
      return Buffer.concat([Buffer.of(index), each(fields.map(({ type }) => [type, content]))]);
    }
    default:
      throw new TypeError(`cannot encode ${shape}`);
  }
}

function opened(types, id, value) {
  if (types.path(id) === 'Option') return value === null ? ['None'] : ['Some', value];
  return typeof value === 'string' ? [value] : Object.entries(value)[0];
}

/** Arguments or fields by their names, in SCALE. */
export function encodeArguments(types, { args }, values) {
  return Buffer.concat(args.map(({ label, type }) => encode(types, type.type, values[label])));
}

const NUMBERS = {
  bool: [true, false],
  u8: [7, 0, 255],
  u16: [276, 0, 65_535],
  u32: [86_400_000, 0, 4_294_967_295],
  u64: [1_800_000_000_123, 0, Number.MAX_SAFE_INTEGER],
  u128: ['1000000000001', '0', (2n ** 128n - 1n).toString()],
};

function bytes(length, from) {
  const list = Array.from({ length }, (_, i) => (from + i * 7) % 256);
  return `0x${Buffer.from(list).toString('hex')}`;
}

/** Plain values of the type `id`, among which every variant of every enum within it occurs. */
export function samples(types, id) {
  if (types.isAccount(id)) return [1, 128, 0].map((from) => address(bytes(32, from)));
  const [shape, inner] = types.definition(id);
  switch (shape) {
    case 'primitive':
      return NUMBERS[inner];
    case 'array':
      return [5, 0].map((from) => bytes(inner.len, from));
    case 'sequence':
      return types.isByte(inner.type) ? [bytes(70, 200), '0x'] : [samples(types, inner.type), []];
    case 'tuple':
      return inner.length === 0 ? [null] : combined(inner.map((of) => samples(types, of)));
    case 'composite':
      return combined(inner.fields.map(({ type }) => samples(types, type))).map((values) =>
        Object.fromEntries(inner.fields.map(({ name }, i) => [name, values[i]])));
    case 'variant':
      return types.variants(id).flatMap(({ name, fields = [] }) => {
        const contents = fields.length ? samples(types, fields[0].type) : [null];
        if (types.path(id) === 'Option') return contents;
        return contents.map((content) => (fields.length ? { [name]: content } : name));
      });
    default:
      throw new TypeError(`no samples of ${shape}`);
  }
}

// As many rows as the longest column has entries; shorter columns start again.
function combined(columns) {
  const rows = Math.max(1, ...columns.map((column) => column.length));
  return Array.from({ length: rows }, (_, row) => columns.map((column) => column[row % column.length]));
}

/** Samples of arguments or fields, by their names. */
export function sampleArguments(types, { args }) {
  const rows = combined(args.map(({ type }) => samples(types, type.type)));
  return rows.map((values) => Object.fromEntries(args.map(({ label }, i) => [label, values[i]])));
}
