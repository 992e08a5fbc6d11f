//! The built contract, as bytes.
//!
//! `make contract` writes it to `ink/` in the target folder; this crate takes it in at compile time, so that tests
//! and tools carry the very code that was built and look for no file at run time. Where it has not been built yet,
//! compiling this crate fails and says so.

include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use super::*;
    use blake2::{digest::consts::U32, Blake2b, Digest};
    use serde_json::{json, Value};

    #[test]
    fn the_code_is_a_wasm_module() {
        assert_eq!(&WASM[..8], b"\0asm\x01\0\0\0");
    }

    #[test]
    fn the_metadata_belongs_to_the_code() {
        let metadata: serde_json::Value = serde_json::from_str(METADATA).unwrap();
        let hash = format!("0x{}", hex::encode(Blake2b::<U32>::digest(WASM)));
        assert_eq!(metadata["source"]["hash"], hash.as_str());
        assert_eq!(metadata["contract"]["name"], "orchestrator");
    }

    /// Of the metadata without what depends on the machine and the moment of the build: hash of the code, tools, host.
    /// `ORCH_SNAPSHOT=write` renews it.
    #[test]
    fn the_committed_metadata_is_that_of_the_contract() {
        let mut metadata: Value = serde_json::from_str(METADATA).unwrap();
        let source = metadata["source"].take();
        metadata["source"] = json!({ "language": source["language"], "compiler": source["compiler"] });
        let built = format!("{metadata:#}\n");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../metadata/orchestrator.json");
        if env::var("ORCH_SNAPSHOT").is_ok_and(|x| x == "write") {
            fs::write(&path, &built).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap();
        assert!(committed == built, "{} is stale: run this test with ORCH_SNAPSHOT=write", path.display());
    }
}
