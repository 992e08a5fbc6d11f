//! A replica as it is typed.

use orchestrator::domain::Replica;

use crate::args::hash;

/// What a replica holds: root and chunk count, both zero where that is not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    root: [u8; 32],
    chunks: u64,
}

impl Data {
    /// The replica with this data on a data unit, or with zero on a member of a cluster that the contract chooses.
    pub fn on(&self, unit: u64) -> Replica {
        Replica { unit, root: self.root, chunks: self.chunks }
    }
}

/// Reads `ID` or `ID:ROOT:CHUNKS`.
pub fn replica(text: &str) -> Result<Replica, String> {
    let wrong = || "give the id of a data unit, or ID:ROOT:CHUNKS".to_owned();
    let (unit, known) = match text.split_once(':') {
        Some((unit, known)) => (unit, Some(known)),
        None => (text, None),
    };
    let unit = unit.parse().ok().filter(|id| *id > 0).ok_or_else(wrong)?;
    Ok(known.map(data).transpose()?.unwrap_or_default().on(unit))
}

/// Reads `ROOT:CHUNKS`.
pub fn data(text: &str) -> Result<Data, String> {
    let wrong = || "give root and chunk count as ROOT:CHUNKS, as `orch tree root` tells them".to_owned();
    let (root, chunks) = text.split_once(':').ok_or_else(wrong)?;
    let chunks = chunks.parse().ok().filter(|x| *x > 0).ok_or_else(wrong)?;
    Ok(Data { root: hash(root)?, chunks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_is_read_with_and_without_its_data() {
        let root = "ab".repeat(32);
        assert_eq!(replica("7"), Ok(Replica { unit: 7, root: [0; 32], chunks: 0 }));
        let known = Ok(Replica { unit: 7, root: [0xab; 32], chunks: 3 });
        assert_eq!(
            (replica(&format!("7:{root}:3")), replica(&format!("7:0x{root}:3"))),
            (known.clone(), known)
        );
        assert_eq!(data(&format!("{root}:3")), Ok(Data { root: [0xab; 32], chunks: 3 }));
    }

    #[test]
    fn what_is_no_replica_is_refused() {
        let root = "ab".repeat(32);
        for wrong in
            ["", "0", "x", "-1", "7:", "7:ab:3", &format!("7:{root}"), &format!("7:{root}:0"), "1:2:3:4"]
        {
            assert!(replica(wrong).is_err(), "{wrong}");
        }
        assert!(data("").is_err() && data(&root).is_err() && data(&format!("{root}:-1")).is_err());
    }
}
