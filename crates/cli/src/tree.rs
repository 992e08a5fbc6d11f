//! `orch tree`: roots and proofs of any file.

use std::{fs::File, path::Path};

use orchestrator_proof::{path_bits, root_of_reader, ChunkProof, TreeWriter};
use serde_json::json;

use crate::{
    args::{ProveOptions, RootOptions, VerifyOptions},
    failure::Failure,
    output::{self, Teller},
    proof_file::ProofFile,
};

/// Shows root and chunk count of a file.
pub fn root(options: &RootOptions) -> Result<(), Failure> {
    let (root, count) = root_of_reader(open(&options.file)?).map_err(|error| at(&options.file, error))?;
    let root = hex::encode(root);
    if options.output_json {
        return Ok(output::json(&json!({ "root": root, "count": count }))?);
    }
    let teller = Teller::new(false);
    teller.line(&format!("root    {root}"))?;
    Ok(teller.line(&format!("chunks  {count}"))?)
}

/// Shows a chunk's proof, or writes it to a file.
pub fn prove(options: &ProveOptions) -> Result<(), Failure> {
    let mut file = open(&options.file)?;
    let scratch = tempfile::tempdir()?;
    let mut tree = TreeWriter::create(scratch.path().join("tree"))?;
    tree.update_from(&mut file).map_err(|error| at(&options.file, error))?;
    let tree = tree.finish().map_err(|error| at(&options.file, error))?;
    let proof = ChunkProof::read(&tree, &file, options.index)?;
    let written = ProofFile::new(&tree.root(), tree.count(), &proof)?;
    if let Some(out) = &options.out {
        written.write(out)?;
    }
    if options.output_json {
        match &options.out {
            Some(out) => output::json(&json!({
                "root": written.root, "count": written.count, "index": written.index,
                "bits": written.bits, "proof": out,
            }))?,
            None => output::json(&written)?,
        }
        return Ok(());
    }
    show(&written, options.out.as_deref())
}

/// Checks a proof; refuses with exit code 1 if it is wrong.
pub fn verify(options: &VerifyOptions) -> Result<(), Failure> {
    let proof = ProofFile::read(&options.proof)?;
    let checked = proof.verify(&options.root, options.count);
    let bits = path_bits(options.count, proof.index).unwrap_or_default();
    if options.output_json {
        let reason = checked.as_ref().err().map(|refusal| refusal.to_string());
        output::json(&json!({
            "valid": checked.is_ok(), "index": proof.index, "count": options.count, "bits": bits, "reason": reason,
        }))?;
    }
    checked.map_err(|refusal| Failure::outcome(format!("the proof is wrong: {refusal}")))?;
    if options.output_json {
        return Ok(());
    }
    let teller = Teller::new(false);
    teller.line(&format!("valid   chunk {} of {} belongs under the root", proof.index, options.count))?;
    Ok(teller.line(&format!("way     {}", way(&bits)))?)
}

fn show(proof: &ProofFile, out: Option<&Path>) -> Result<(), Failure> {
    let teller = Teller::new(false);
    teller.line(&format!("root    {}", proof.root))?;
    teller.line(&format!("chunks  {}", proof.count))?;
    teller.line(&format!("chunk   {}, {} bytes", proof.index, proof.chunk.len() / 2))?;
    teller.line(&format!("way     {}", way(&proof.bits)))?;
    for (step, sibling) in proof.path.iter().enumerate() {
        teller.line(&format!("{:<7} {sibling}", if step == 0 { "path" } else { "" }))?;
    }
    if let Some(out) = out {
        teller.line("")?;
        teller.line("To check the proof:")?;
        teller.line(&format!("  orch tree verify --count {} \\", proof.count))?;
        teller.line(&format!("    --root {} \\", proof.root))?;
        teller.line(&format!("    {}", out.display()))?;
    }
    Ok(())
}

fn way(bits: &str) -> String {
    match bits {
        "" => "the only chunk is the root's".to_owned(),
        bits => format!("{bits} (from the root: 0 left, 1 right)"),
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(std::io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    });
    opened.map_err(|error| {
        let path = path.display();
        Failure::Input(format!("cannot read {path} ({error}): check the name and that you may read it"))
    })
}

fn at(path: &Path, error: orchestrator_proof::TreeError) -> Failure {
    match Failure::from(error) {
        Failure::Input(sentence) => Failure::Input(format!("{}: {sentence}", path.display())),
        other => other,
    }
}
