//! Builds the contract's Wasm and metadata into `target/ink/`, and only when something it is made of has changed. With
//! the argument `successor` it builds besides the Wasm of the contract with one message more (see [`successor`]), which
//! only a test needs.
//!
//! The work is done by `contract-build`, the library under `cargo contract`. It is given the contract as a workspace
//! of its own (see [`standalone`]), because it looks for the lock file only beside the workspace's manifest.

mod artefacts;
mod inputs;
mod optimise;
mod standalone;
mod successor;

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{anyhow, bail, Context, Result};
use cargo_metadata::MetadataCommand;
use contract_build::{BuildArtifacts, BuildMode, ExecuteArgs, ManifestPath, OptimizationPasses};
use fs4::fs_std::FileExt;

use artefacts::{Artefacts, Sizes, ALL, CODE};

/// The contract's folder, and the package and file name of what is built from it.
const CONTRACT: (&str, &str) = ("contracts/orchestrator", "orchestrator");
/// The argument that asks for the successor, and the file name of what is built from it.
const SUCCESSOR: &str = "successor";

/// The project, and what it is made of at the moment.
struct Project {
    root: PathBuf,
    /// Where everything is built before it is published.
    work: PathBuf,
    digest: String,
}

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
    let with_successor = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [argument] if argument == SUCCESSOR => true,
        arguments => bail!("{arguments:?} is not understood; the only argument there is, is `{SUCCESSOR}`"),
    };
    let metadata = MetadataCommand::new().no_deps().exec().context("run this inside the project's folder")?;
    let root = metadata.workspace_root.into_std_path_buf();
    let target = metadata.target_directory.into_std_path_buf();
    let work = target.join("contract");
    let _lock = alone(&work)?;
    let digest = inputs::digest(&root)?;
    let project = Project { root, work, digest };

    let package = project.root.join(CONTRACT.0);
    let ink = target.join("ink");
    // Optimised by ourselves in the end.
    let all = ExecuteArgs {
        build_artifact: BuildArtifacts::All,
        optimization_passes: Some(OptimizationPasses::Zero),
        ..ExecuteArgs::default()
    };
    make("contract", &project, &Artefacts::in_folder(&ink, CONTRACT.1, ALL), all, || Ok(package.clone()))?;
    if !with_successor {
        return Ok(());
    }
    // Optimised in full it would be smaller, which nobody needs, and take four times as long.
    let code = ExecuteArgs {
        build_artifact: BuildArtifacts::CodeOnly,
        optimization_passes: Some(OptimizationPasses::One),
        ..ExecuteArgs::default()
    };
    let source = || successor::write(&package, &project.work.join(SUCCESSOR));
    make(SUCCESSOR, &project, &Artefacts::in_folder(&ink, SUCCESSOR, CODE), code, source)
}

/// Waits until no other build is going on in the folder. Contract and successor have the same names there, and one must
/// never be published for the other.
fn alone(work: &Path) -> Result<File> {
    let path = work.join("lock");
    let failed = || format!("cannot lock {}", path.display());
    fs::create_dir_all(work).with_context(failed)?;
    let lock = File::create(&path).with_context(failed)?;
    lock.lock_exclusive().with_context(failed)?;
    Ok(lock)
}

/// Makes sure that the artefacts are those of the project as it is. `package` says where their source is.
fn make(
    what: &str,
    project: &Project,
    artefacts: &Artefacts,
    how: ExecuteArgs,
    package: impl FnOnce() -> Result<PathBuf>,
) -> Result<()> {
    let Project { root, work, digest } = project;
    if let Some(sizes) = artefacts.built_from(digest) {
        println!("{what}: unchanged, {}", sizes.summary());
        return Ok(());
    }
    let package = package()?;
    println!("{what}: building {}", package.strip_prefix(root).unwrap_or(&package).display());
    let manifest = standalone::write(root, &package, &work.join("workspace"))?;
    let built = Artefacts::in_folder(&work.join("ink"), CONTRACT.1, artefacts.extensions());
    let sizes = build(&manifest, work, &built, how)?;
    println!("{what}: {}", sizes.table());
    sizes.check()?;
    artefacts.publish(&built, digest, &sizes)?;
    println!("{what}: written to {}", artefacts.names(root));
    Ok(())
}

/// Runs `contract-build` with everything it writes under `work`; the result is `built`.
fn build(manifest: &Path, work: &Path, built: &Artefacts, how: ExecuteArgs) -> Result<Sizes> {
    env::set_var("CARGO_TARGET_DIR", work);
    // contract-build sets it for one of its three runs of cargo. Build scripts watch it, so that the runs would
    // throw away each other's work if it were not set for all.
    env::set_var("RUSTC_BOOTSTRAP", "1");
    // It changes the code, and the digest of the inputs does not know it.
    env::remove_var("INK_STATIC_BUFFER_SIZE");

    // Left over from a build that was interrupted, contract-build would take them for finished.
    built.remove()?;

    let args =
        ExecuteArgs { manifest_path: ManifestPath::new(manifest)?, build_mode: BuildMode::Release, ..how };
    contract_build::execute(args).map_err(|error| match error.to_string().as_str() {
        // cargo has written to the terminal itself, and contract-build passes its failure on without words.
        "" => anyhow!("the contract was not built; the reason is above"),
        _ => error.context("the contract was not built"),
    })?;

    if built.extensions() == ALL {
        optimise::optimise(&built.file(CODE[0]))?;
        optimise::describe(&built.file(CODE[0]))?;
    }
    let raw = work.join("ink/wasm32-unknown-unknown/release").join(CONTRACT.1).with_extension("wasm");
    Sizes::measure(&raw, built)
}
