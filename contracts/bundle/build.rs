//! Finds the contract that `make contract` built and hands it to `lib.rs`.
//!
//! A build script cannot build the contract itself: cargo holds the lock of the target folder while it runs.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let ink = target_folder(&out).join("ink");
    let (wasm, metadata) = (ink.join("orchestrator.wasm"), ink.join("orchestrator.json"));
    for file in [&wasm, &metadata] {
        println!("cargo:rerun-if-changed={}", file.display());
    }

    let source = if wasm.is_file() && metadata.is_file() {
        format!(
            "/// Code of the contract, as it goes on chain.\n\
             pub const WASM: &[u8] = include_bytes!({wasm:?});\n\
             /// Metadata of the contract in JSON (ink! version 5), without the code.\n\
             pub const METADATA: &str = include_str!({metadata:?});\n"
        )
    } else {
        // Files that appear with an old date would not be noticed; a path that never exists is always out of date.
        println!("cargo:rerun-if-changed={}", out.join("never").display());
        "compile_error!(\"the contract is not built: run `make contract`, then this again\");\n\
         /// Nothing yet.\npub const WASM: &[u8] = &[];\n/// Nothing yet.\npub const METADATA: &str = \"\";\n"
            .to_owned()
    };
    fs::write(out.join("bundle.rs"), source).expect("OUT_DIR can be written");
}

/// The target folder in use. Cargo tells it to no build script, but the folder it does tell lies in
/// `TARGET_FOLDER/[TRIPLE/]PROFILE/build/PACKAGE/out`, the triple being there if `--target` was given.
fn target_folder(out: &Path) -> &Path {
    let folder = out.ancestors().nth(4).unwrap_or(out);
    let triple = env::var_os("TARGET");
    match folder.parent() {
        Some(parent) if folder.file_name() == triple.as_deref() => parent,
        _ => folder,
    }
}
