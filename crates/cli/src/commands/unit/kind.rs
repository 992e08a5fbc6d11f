//! Kinds of data units as people type and read them.

use orchestrator::domain::Kind;

/// What a data unit is, and with it what its capacity counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum KindName {
    /// Objects, in GiB
    ObjectStore,
    /// Blocks, in GiB
    BlockStore,
    /// Files, in GiB
    FileStore,
    /// Processors, in vCPU
    Compute,
    /// Function runtimes, in concurrent instances
    Functions,
    /// Delivery of content, in Mbit/s
    Delivery,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::ObjectStore => Self::ObjectStore,
            KindName::BlockStore => Self::BlockStore,
            KindName::FileStore => Self::FileStore,
            KindName::Compute => Self::Compute,
            KindName::Functions => Self::Functions,
            KindName::Delivery => Self::Delivery,
        }
    }
}

/// A kind as it is typed.
pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::ObjectStore => "object-store",
        Kind::BlockStore => "block-store",
        Kind::FileStore => "file-store",
        Kind::Compute => "compute",
        Kind::Functions => "functions",
        Kind::Delivery => "delivery",
    }
}

/// A capacity with what it counts in.
pub fn measured(capacity: u64, kind: Kind) -> String {
    let unit = match kind {
        Kind::ObjectStore | Kind::BlockStore | Kind::FileStore => "GiB",
        Kind::Compute => "vCPU",
        Kind::Functions => "instances",
        Kind::Delivery => "Mbit/s",
    };
    format!("{capacity} {unit}")
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn a_kind_is_told_as_it_is_typed() {
        for kind in KindName::value_variants() {
            let typed = kind.to_possible_value().unwrap();
            assert_eq!(name((*kind).into()), typed.get_name());
        }
    }
}
