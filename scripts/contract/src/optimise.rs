//! The last step of the build: Binaryen's optimiser with settings of our own.
//!
//! `contract-build` lets the optimiser put every function that is called from one place only into that place. So all
//! messages end up in the dispatcher, in one function of half the contract; and the chain translates a function when it is
//! first entered and charges for its length, which made every call pay for all messages: a quarter of a millisecond. See
//! `docs/decisions/0008-our-own-optimiser-settings.md`.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{json, Value};
use wasm_opt::{Feature, OptimizationOptions, Pass};

/// Longest function, in Binaryen's count of expressions, that is put into its only caller.
const ONE_CALLER_SIZE: u32 = 200;

/// Optimises the code for size in place.
pub fn optimise(code: &Path) -> Result<()> {
    OptimizationOptions::new_optimize_for_size_aggressively()
        .mvp_features_only()
        // rustc emits sign extension whatever it is told, and the chain does not know it.
        .enable_feature(Feature::SignExt)
        .add_pass(Pass::SignextLowering)
        // The memory is imported; the chain gives it filled with zeroes.
        .zero_filled_memory(true)
        .one_caller_inline_max_size(ONE_CALLER_SIZE)
        .run(code, code)
        .with_context(|| format!("cannot optimise {}", code.display()))
}

/// Makes the metadata say the hash of the optimised code, and the bundle hold it.
pub fn describe(code: &Path) -> Result<()> {
    let bytes = fs::read(code).with_context(|| format!("cannot read {}", code.display()))?;
    let hash = format!("0x{}", hex::encode(contract_build::code_hash(&bytes)));
    for extension in ["json", "contract"] {
        let path = code.with_extension(extension);
        let failed = || format!("cannot rewrite {}", path.display());
        let mut metadata: Value = serde_json::from_slice(&fs::read(&path).with_context(failed)?)?;
        let source = metadata.get_mut("source").with_context(failed)?;
        source["hash"] = json!(hash);
        if source.get("wasm").is_some() {
            source["wasm"] = json!(format!("0x{}", hex::encode(&bytes)));
        }
        if let Some(passes) = source.pointer_mut("/build_info/wasm_opt_settings/optimization_passes") {
            *passes = json!("Z");
        }
        let text = if extension == "json" {
            serde_json::to_string_pretty(&metadata)?
        } else {
            serde_json::to_string(&metadata)?
        };
        fs::write(&path, text).with_context(failed)?;
    }
    Ok(())
}
