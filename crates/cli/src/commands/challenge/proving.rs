//! Proofs of open rounds, from the bytes of encrypted replicas.

use std::{fs::File, path::PathBuf};

use orchestrator::{ChunkProof, Response, Verdict};
use orchestrator_chain::Typed;
use orchestrator_proof::{ChunkProof as Proof, StoredTree, TreeWriter};
use scale::Encode;
use serde_json::json;

use crate::{
    args::Common,
    commands::placement::{known, tried},
    failure::Failure,
    output,
    session::Session,
};

/// A message has 16,384 bytes; this leaves room for what stands around the responses.
const BATCH_BYTES: usize = 16_000;

/// A placement and the file with its encrypted replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    placement: u64,
    file: PathBuf,
}

/// Reads `PLACEMENT=FILE`.
pub fn holding(text: &str) -> Result<Holding, String> {
    let read = text.split_once('=').and_then(|(id, file)| Some((id.parse().ok()?, file)));
    match read {
        Some((placement, file)) if !file.is_empty() => Ok(Holding { placement, file: file.into() }),
        _ => Err("give a placement and the file with its replica, such as 3=replica.bin".to_owned()),
    }
}

/// A response that can be sent, with what it shows.
struct Built {
    response: Response,
    chunks: Vec<u64>,
}

/// Proves the open rounds of all these placements in one call.
pub fn prove(session: &mut Session, common: &Common, holdings: &[Holding]) -> Result<(), Failure> {
    let (mut responses, mut told) = (Vec::new(), Vec::new());
    for holding in holdings {
        let Holding { placement, .. } = holding;
        if responses.iter().any(|x: &Response| x.placement == *placement) {
            return Err(Failure::Input(format!("placement {placement} is named twice: name it once")));
        }
        let Built { response, chunks } = build(session, holding)?;
        let verdict = verdict(session, common, &response)?;
        if verdict != Verdict::Proven {
            return Err(Failure::Outcome(format!(
                "the proof of placement {placement} would not count, and nothing was sent: {} ({verdict:?})",
                meaning(verdict)
            )));
        }
        told.push(format!("placement {placement}, round {}: shows chunks {}", response.round, list(&chunks)));
        responses.push(response);
    }
    let bytes = responses.encoded_size();
    if bytes > BATCH_BYTES {
        return Err(Failure::Input(format!(
            "the proofs have {bytes} bytes and one call takes {BATCH_BYTES}: prove some placements in a call of their own"
        )));
    }
    tried(session, common, session.market.clone().prove(responses.clone()))?;
    told.iter().try_for_each(|line| session.teller.line(line))?;
    let message = session.market.prove(responses);
    session.act(common, message)
}

/// Tells what the contract would say. Anything but that the round is proven is exit code 1.
pub fn check(session: &Session, common: &Common, holding: &Holding) -> Result<(), Failure> {
    let Built { response, chunks } = build(session, holding)?;
    let verdict = verdict(session, common, &response)?;
    if session.teller.is_quiet() {
        output::json(&json!({
            "placement": holding.placement, "round": response.round, "chunks": chunks,
            "verdict": format!("{verdict:?}"),
        }))?;
    }
    let (placement, round, said) = (holding.placement, response.round, meaning(verdict));
    if verdict != Verdict::Proven {
        return Err(Failure::Outcome(format!("placement {placement}, round {round}: {said} ({verdict:?})")));
    }
    session.teller.line(&format!("placement {placement}, round {round}: {said}"))?;
    Ok(session.teller.rows(&[("chunks".to_owned(), list(&chunks))])?)
}

/// The response to the round that is open for a placement. Refuses where none is, and a file that is not the replica.
fn build(session: &Session, holding: &Holding) -> Result<Built, Failure> {
    let Holding { placement, file: path } = holding;
    let record = known(session, *placement)?;
    let Some(asked) = session.ask(session.market.challenge(*placement))? else {
        return Err(Failure::Outcome(format!(
            "nothing is asked of placement {placement} now: there is nothing to prove"
        )));
    };
    let name = path.display();
    let unreadable = |error| {
        Failure::Input(format!("cannot read {name} ({error}): check the name and that you may read it"))
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let scratch = tempfile::tempdir()?;
    let tree = tree(&mut file, &scratch).map_err(|error| Failure::Input(format!("{name}: {error}")))?;
    if (tree.root(), tree.count()) != (record.root, record.chunks) {
        return Err(Failure::Input(format!(
            "{name} is not the replica of placement {placement}: its root is {} with {} chunks, and {} with {} is \
             committed to",
            hex::encode(tree.root()),
            tree.count(),
            hex::encode(record.root),
            record.chunks
        )));
    }
    let proofs: Result<Vec<_>, _> =
        asked.chunks.iter().map(|index| Proof::read(&tree, &file, *index)).collect();
    let proofs = proofs?.into_iter().map(|x| ChunkProof { chunk: x.chunk, path: x.path }).collect();
    Ok(Built {
        response: Response { placement: *placement, round: asked.round, proofs },
        chunks: asked.chunks,
    })
}

fn tree(file: &mut File, scratch: &tempfile::TempDir) -> Result<StoredTree, orchestrator_proof::TreeError> {
    let mut tree = TreeWriter::create(scratch.path().join("tree"))?;
    tree.update_from(file)?;
    tree.finish()
}

/// What the contract would say to the caller.
fn verdict(session: &Session, common: &Common, response: &Response) -> Result<Verdict, Failure> {
    let (caller, _) = common.signing.caller()?;
    Ok(session.chain.ledger().ask(caller, session.market.check_proof(response.clone()))?)
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proven => "the proof is right",
        Verdict::Invalid => "the proof is wrong, and would cost collateral",
        Verdict::NothingAsked => "nothing is asked any more: proven already, too late, or excused",
        Verdict::WrongRound => "another round is open by now: try again",
        Verdict::NotProvider => "only its provider or the provider's delegate proves",
        Verdict::UnknownPlacement => "no placement has this number",
    }
}

fn list(chunks: &[u64]) -> String {
    chunks.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placement_is_read_with_its_file_and_nonsense_is_refused() {
        assert_eq!(holding("3=a=b"), Ok(Holding { placement: 3, file: "a=b".into() }));
        for wrong in ["", "3", "3=", "=a", "x=a", "-3=a"] {
            assert!(holding(wrong).is_err(), "{wrong}");
        }
    }
}
