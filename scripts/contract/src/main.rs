//! Builds the contract's Wasm and metadata into `target/ink/`, and only when something it is made of has changed.
//!
//! The work is done by `contract-build`, the library under `cargo contract`. It is given the contract as a workspace
//! of its own (see [`standalone`]), because it looks for the lock file only beside the workspace's manifest.

mod artefacts;
mod inputs;
mod standalone;

use std::{env, path::Path, process::ExitCode};

use anyhow::{anyhow, Context, Result};
use cargo_metadata::MetadataCommand;
use contract_build::{BuildMode, ExecuteArgs, ManifestPath};

use artefacts::{Artefacts, Sizes};

/// The contract's folder, and the package and file name of what is built from it.
const CONTRACT: (&str, &str) = ("contracts/orchestrator", "orchestrator");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let project = MetadataCommand::new().no_deps().exec().context("run this inside the project's folder")?;
    let root = project.workspace_root.as_std_path();
    let target = project.target_directory.as_std_path();
    let (folder, name) = CONTRACT;

    let artefacts = Artefacts::in_folder(&target.join("ink"), name);
    let digest = inputs::digest(root)?;
    if let Some(sizes) = artefacts.built_from(&digest) {
        println!("contract: unchanged, {}", sizes.summary());
        return Ok(());
    }

    println!("contract: building {folder}");
    let work = target.join("contract");
    let manifest = standalone::write(root, &root.join(folder), &work.join("workspace"))?;
    let sizes = build(&manifest, &work, name)?;
    println!("{}", sizes.table());
    sizes.check()?;
    artefacts.publish(&work.join("ink"), &digest, &sizes)?;
    println!("contract: written to {}.{{contract,json,wasm}}", relative(&artefacts.stem(), root).display());
    Ok(())
}

/// Runs `contract-build` with everything it writes under `work`; the result is in `work/ink`.
fn build(manifest: &Path, work: &Path, name: &str) -> Result<Sizes> {
    env::set_var("CARGO_TARGET_DIR", work);
    // contract-build sets it for one of its three runs of cargo. Build scripts watch it, so that the runs would
    // throw away each other's work if it were not set for all.
    env::set_var("RUSTC_BOOTSTRAP", "1");
    // It changes the code, and the digest of the inputs does not know it.
    env::remove_var("INK_STATIC_BUFFER_SIZE");

    // Left over from a build that was interrupted, contract-build would take them for finished.
    let ink = work.join("ink");
    Artefacts::in_folder(&ink, name).remove()?;

    let args = ExecuteArgs {
        manifest_path: ManifestPath::new(manifest)?,
        build_mode: BuildMode::Release,
        ..ExecuteArgs::default()
    };
    contract_build::execute(args).map_err(|error| match error.to_string().as_str() {
        // cargo has written to the terminal itself, and contract-build passes its failure on without words.
        "" => anyhow!("the contract was not built; the reason is above"),
        _ => error.context("the contract was not built"),
    })?;

    Sizes::measure(
        &ink.join("wasm32-unknown-unknown/release").join(name).with_extension("wasm"),
        &ink.join(name),
    )
}

fn relative<'a>(path: &'a Path, root: &Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}
