//! Reading and writing records whose first fields, or all, have a fixed length.
//!
//! The encoding is SCALE's, and the derived code would do; but it is code for each field of each record, which took a
//! tenth of the contract, and the length of the code counts in the proof of every call. Here a record has a table of its
//! fields, where each lies in memory and how long it is, and one loop reads and one writes any of them. It needs what
//! holds for Wasm and for every machine the tools run on: that numbers lie in memory as SCALE writes them, the lowest
//! byte first.

use crate::Balance;
use alloc::vec::Vec;
use ink::primitives::AccountId;
use scale::{Compact, Decode, Error, Input, Output};

#[cfg(target_endian = "big")]
compile_error!("records are read as they lie in memory, the lowest byte first");

/// A field: its offset in the low 16 bits, its length in the next 8, and above the highest value of its only byte, zero
/// if every value is allowed.
pub(crate) type Field = u32;

/// A value whose encoding always has the same length.
///
/// # Safety
///
/// The fields lie within the value, none over another, and together are all of it but padding. Whatever bytes are read
/// into them, up to the highest value allowed, are a value of the type.
pub(crate) unsafe trait Fixed: Sized {
    const FIELDS: &'static [Field];
}

macro_rules! plain {
    ($($kind:ty),+) => {$(
        // SAFETY: any bytes are a value of these, and they have no padding.
        unsafe impl Fixed for $kind {
            #[allow(clippy::cast_possible_truncation)]
            const FIELDS: &'static [Field] = &[(size_of::<$kind>() as Field) << 16];
        }
    )+};
}

plain!(u8, u16, u32, u64, Balance, [u8; 32], AccountId);

// SAFETY: zero and one are what a `bool` can be.
unsafe impl Fixed for bool {
    const FIELDS: &'static [Field] = &[(1 << 24) | (1 << 16)];
}

/// Reads the fields of the record at `record`.
///
/// # Safety
///
/// The fields are those of the type that `record` points to, which is valid for writes.
#[inline(never)]
pub(crate) unsafe fn read<I: Input>(input: &mut I, fields: &[Field], record: *mut u8) -> Result<(), Error> {
    for field in fields {
        let [low, high, length, most] = field.to_le_bytes();
        // SAFETY: the field lies within the record, as the caller says. Zeroed, because a reader might look at it.
        let bytes = unsafe {
            let at = record.add(u16::from_le_bytes([low, high]).into());
            at.write_bytes(0, length.into());
            core::slice::from_raw_parts_mut(at, length.into())
        };
        input.read(bytes)?;
        if most > 0 && bytes.first().is_some_and(|x| *x > most) {
            return Err("no such value".into());
        }
    }
    Ok(())
}

/// Writes the fields of the record at `record`.
///
/// # Safety
///
/// The fields are those of the type that `record` points to, which is valid for reads.
#[inline(never)]
pub(crate) unsafe fn write<T: Output + ?Sized>(dest: &mut T, fields: &[Field], record: *const u8) {
    for field in fields {
        let [low, high, length, _] = field.to_le_bytes();
        // SAFETY: the field lies within the record, as the caller says, and has no padding.
        let bytes = unsafe {
            let at = record.add(u16::from_le_bytes([low, high]).into());
            core::slice::from_raw_parts(at, length.into())
        };
        dest.write(bytes);
    }
}

/// What can come after the fields of fixed length.
pub(crate) trait Rest: Sized {
    fn take<I: Input>(input: &mut I) -> Result<Self, Error>;
}

impl<T: Fixed> Rest for Vec<T> {
    fn take<I: Input>(input: &mut I) -> Result<Self, Error> {
        let count = count(input, length(T::FIELDS))?;
        let mut values: Vec<T> = Vec::with_capacity(count);
        // SAFETY: there is room for as many values, and none counts before all are read. Those that drop nothing may be
        // forgotten half-way.
        unsafe {
            read_all(input, T::FIELDS, values.as_mut_ptr().cast(), size_of::<T>(), count)?;
            values.set_len(count);
        }
        Ok(values)
    }
}

/// Reads values that lie in memory one after the other, `size` bytes each. Bytes and what consists of nothing else are
/// read at once.
///
/// # Safety
///
/// As for `read`, for each of the values.
#[inline(never)]
unsafe fn read_all<I: Input>(
    input: &mut I,
    fields: &[Field],
    values: *mut u8,
    size: usize,
    count: usize,
) -> Result<(), Error> {
    if size == 1 && fields == u8::FIELDS {
        // SAFETY: as the caller says. Zeroed, because a reader might look at it.
        return input.read(unsafe {
            values.write_bytes(0, count);
            core::slice::from_raw_parts_mut(values, count)
        });
    }
    for i in 0..count {
        // SAFETY: as the caller says.
        unsafe { read(input, fields, values.add(i.saturating_mul(size)))? };
    }
    Ok(())
}

/// How many values of a length follow. Refuses more than there are bytes for.
#[inline(never)]
fn count<I: Input>(input: &mut I, length: usize) -> Result<usize, Error> {
    let count = Compact::<u32>::decode(input)?.0 as usize;
    if input.remaining_len()?.is_some_and(|x| count.saturating_mul(length) > x) {
        return Err("too few values".into());
    }
    Ok(count)
}

/// Takes values that are no lists after the fields of fixed length.
macro_rules! rest {
    ($($kind:ty),+ $(,)?) => {$(
        impl $crate::fixed::Rest for $kind {
            fn take<I: scale::Input>(input: &mut I) -> core::result::Result<Self, scale::Error> {
                scale::Decode::decode(input)
            }
        }
    )+};
}

rest!(Option<AccountId>);

/// Length of what is read or written.
pub(crate) fn length(fields: &[Field]) -> usize {
    fields.iter().map(|x| usize::from(x.to_le_bytes()[2])).sum()
}

/// Makes a record readable and writable whose fields, all of them in their order, have a fixed length, or whose first
/// fields have.
macro_rules! fixed {
    ($record:ident { $($field:ident: $kind:ty),+ $(,)? }) => {
        // SAFETY: the table names every field once, at its offset. The pattern below refuses one that is missing.
        unsafe impl $crate::fixed::Fixed for $record {
            const FIELDS: &'static [$crate::fixed::Field] = $crate::fixed::table!($record { $($field: $kind),+ });
        }

        $crate::fixed::fixed!($record { $($field: $kind),+ } then {});
    };
    ($record:ident { $($field:ident: $kind:ty),* $(,)? } then { $($other:ident),* $(,)? }) => {
        impl scale::Encode for $record {
            fn encode_to<T: scale::Output + ?Sized>(&self, dest: &mut T) {
                const FIELDS: &[$crate::fixed::Field] = $crate::fixed::table!($record { $($field: $kind),* });
                // SAFETY: the fields are those of this type.
                unsafe { $crate::fixed::write(dest, FIELDS, core::ptr::from_ref(self).cast()) };
                $(scale::Encode::encode_to(&self.$other, dest);)*
            }

            fn size_hint(&self) -> usize {
                const FIELDS: &[$crate::fixed::Field] = $crate::fixed::table!($record { $($field: $kind),* });
                $crate::fixed::length(FIELDS) $(+ scale::Encode::size_hint(&self.$other))*
            }
        }

        impl scale::EncodeLike for $record {}

        impl scale::Decode for $record {
            fn decode<I: scale::Input>(input: &mut I) -> core::result::Result<Self, scale::Error> {
                const FIELDS: &[$crate::fixed::Field] = $crate::fixed::table!($record { $($field: $kind),* });
                let mut record = core::mem::MaybeUninit::<Self>::uninit();
                let at = record.as_mut_ptr();
                // SAFETY: the fields are those of this type.
                unsafe { $crate::fixed::read(input, FIELDS, at.cast())? };
                $(let $other = $crate::fixed::Rest::take(input)?;)*
                // SAFETY: the fields of the table and the others are all fields there are, as the pattern below
                // makes the compiler check.
                unsafe {
                    $(core::ptr::addr_of_mut!((*at).$other).write($other);)*
                    Ok(record.assume_init())
                }
            }
        }

        const _: fn(&$record) = |record| {
            let $record { $($field,)* $($other: _),* } = record;
            $(let _: &$kind = $field;)*
        };
    };
}

/// The table of a record's fields of fixed length, those of records within it at their own offsets.
macro_rules! table {
    ($record:ident { $($field:ident: $kind:ty),* $(,)? }) => {{
        const COUNT: usize = 0 $(+ <$kind as $crate::fixed::Fixed>::FIELDS.len())*;
        // Computed by the compiler, for which too large a sum is an error.
        #[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, unused_mut)]
        const TABLE: [$crate::fixed::Field; COUNT] = {
            let (mut table, mut count) = ([0; COUNT], 0);
            $(
                let within = <$kind as $crate::fixed::Fixed>::FIELDS;
                let mut i = 0;
                while i < within.len() {
                    table[count] = within[i] + core::mem::offset_of!($record, $field) as $crate::fixed::Field;
                    count += 1;
                    i += 1;
                }
            )*
            assert!(count == COUNT);
            table
        };
        &TABLE
    }};
}

/// Makes an enumeration without data readable as a field; its representation must be `u8`.
macro_rules! named {
    ($record:ident { $($variant:ident),+ $(,)? }) => {
        // SAFETY: its values are the bytes from zero up to the number of the last variant.
        unsafe impl $crate::fixed::Fixed for $record {
            #[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
            const FIELDS: &'static [$crate::fixed::Field] = {
                let variants = [$($record::$variant as u8),+];
                assert!(variants.len() > 1);
                let mut i = 0;
                while i < variants.len() {
                    assert!(variants[i] as usize == i && size_of::<$record>() == 1);
                    i += 1;
                }
                #[allow(clippy::cast_possible_truncation, clippy::arithmetic_side_effects)]
                const LAST: $crate::fixed::Field = [$($record::$variant),+].len() as $crate::fixed::Field - 1;
                &[(LAST << 24) | (1 << 16)]
            };
        }
    };
}

pub(crate) use {fixed, named, rest, table};
