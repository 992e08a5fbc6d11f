//! Reading records of fixed length.
//!
//! The encoding is SCALE's, and the derived reader would do; but it looks after each field whether there was one, and
//! moves each twice. That took 3 KB of the contract's code, which counts in the proof of every call, and time in each that
//! reads a placement. Here the bytes are taken at once, and each field is where it is.

use crate::Balance;
use ink::primitives::AccountId;

/// A value whose encoding always has the same length.
pub(crate) trait Fixed: Sized {
    const LEN: usize;

    /// Takes the value from the front of `bytes`; none if they are too few or say nothing.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

/// The first `N` bytes, taken off.
#[inline(always)]
fn first<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

macro_rules! number {
    ($($number:ty),+) => {$(
        impl Fixed for $number {
            const LEN: usize = core::mem::size_of::<$number>();

            #[inline(always)]
            fn take(bytes: &mut &[u8]) -> Option<Self> {
                first(bytes).map(<$number>::from_le_bytes)
            }
        }
    )+};
}

number!(u8, u16, u32, u64, Balance);

impl Fixed for bool {
    const LEN: usize = 1;

    #[inline(always)]
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let [x] = first(bytes)?;
        (x <= 1).then_some(x == 1)
    }
}

impl Fixed for [u8; 32] {
    const LEN: usize = 32;

    #[inline(always)]
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        first(bytes)
    }
}

impl Fixed for AccountId {
    const LEN: usize = 32;

    #[inline(always)]
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        first::<32>(bytes).map(AccountId::from)
    }
}

/// Makes a record readable whose fields, all of them in their order, have a fixed length, or whose first fields have.
macro_rules! fixed {
    ($record:ident { $($field:ident: $kind:ty),+ $(,)? }) => {
        impl $crate::fixed::Fixed for $record {
            const LEN: usize = 0 $(+ <$kind as $crate::fixed::Fixed>::LEN)+;

            #[inline(always)]
            fn take(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: <$kind as $crate::fixed::Fixed>::take(bytes)?),+ })
            }
        }

        $crate::fixed::fixed!($record { $($field: $kind),+ } then {});
    };
    ($record:ident { $($field:ident: $kind:ty),+ $(,)? } then { $($other:ident),* $(,)? }) => {
        impl scale::Decode for $record {
            fn decode<I: scale::Input>(input: &mut I) -> core::result::Result<Self, scale::Error> {
                const LEN: usize = 0 $(+ <$kind as $crate::fixed::Fixed>::LEN)+;
                let mut bytes = [0; LEN];
                input.read(&mut bytes)?;
                let mut bytes = &bytes[..];
                $(let $other = scale::Decode::decode(input)?;)*
                // Within the literal the values go straight to their place; a closure, so that nothing is left to drop.
                let record = (|| {
                    Some(Self { $($field: <$kind as $crate::fixed::Fixed>::take(&mut bytes)?,)+ $($other),* })
                })();
                record.ok_or("no such value".into())
            }
        }
    };
}

/// Makes an enumeration without data readable.
macro_rules! named {
    ($record:ident { $($variant:ident),+ $(,)? }) => {
        impl $crate::fixed::Fixed for $record {
            const LEN: usize = 1;

            #[inline(always)]
            fn take(bytes: &mut &[u8]) -> Option<Self> {
                let number = u8::take(bytes)?;
                $(if number == $record::$variant as u8 {
                    return Some($record::$variant);
                })+
                None
            }
        }
    };
}

pub(crate) use {fixed, named};
