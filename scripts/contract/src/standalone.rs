//! The contract as a workspace of its own.
//!
//! `contract-build` copies the contract's manifest to a temporary folder, empties its workspace and takes the lock file
//! along to where the workspace's manifest was. For a member of a larger workspace this loses the versions of the lock
//! file and everything the package inherits. So the manifest is written out here with all that is inherited, and
//! the lock file beside it; sources stay where they are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{bail, ensure, Context, Result};
use toml::{Table, Value};

use crate::inputs::INPUTS;

/// Writes `Cargo.toml` and `Cargo.lock` for the package in `package` into `folder`; returns the manifest's path.
pub fn write(root: &Path, package: &Path, folder: &Path) -> Result<PathBuf> {
    let workspace = read(&root.join("Cargo.toml"))?;
    let manifest = resolve(root, &workspace, package, read(&package.join("Cargo.toml"))?)?;

    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let path = folder.join("Cargo.toml");
    fs::write(&path, toml::to_string(&manifest)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let lock = root.join("Cargo.lock");
    fs::copy(&lock, folder.join("Cargo.lock")).with_context(|| format!("cannot copy {}", lock.display()))?;
    Ok(path)
}

fn read(path: &Path) -> Result<Table> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.parse().with_context(|| format!("{} is no manifest", path.display()))
}

/// The package's manifest with inherited values filled in, paths absolute, and an empty workspace.
///
/// `dev-dependencies` are left out: nothing here builds tests.
fn resolve(root: &Path, workspace: &Table, package: &Path, mut manifest: Table) -> Result<Table> {
    let workspace = table(workspace, "workspace")?;
    ensure!(!manifest.contains_key("target"), "dependencies for one target are not supported in a contract");
    manifest.remove("dev-dependencies");

    let shared = workspace.get("package").and_then(Value::as_table);
    for (key, value) in section(&mut manifest, "package")? {
        if inherits(value) {
            *value =
                shared.and_then(|shared| shared.get(key)).with_context(|| missing("package", key))?.clone();
        }
    }

    let shared = workspace.get("dependencies").and_then(Value::as_table);
    for (name, value) in section(&mut manifest, "dependencies")? {
        if inherits(value) {
            let base =
                shared.and_then(|shared| shared.get(name)).with_context(|| missing("dependencies", name))?;
            *value = dependency(root, base, value)?;
        } else if let Some(path) = value.get_mut("path") {
            *path = absolute(package, path)?;
        }
        if let Some(path) = value.get("path").and_then(Value::as_str) {
            let known = INPUTS.iter().any(|input| same_place(&root.join(input), Path::new(path)));
            ensure!(known, "the contract depends on {path}: add it to INPUTS, so that a change there rebuilds the contract");
        }
    }

    if manifest.get("lints").is_some_and(inherits) {
        let lints = workspace.get("lints").with_context(|| missing("lints", "lints"))?.clone();
        manifest.insert("lints".into(), lints);
    }

    let library = section(&mut manifest, "lib")?;
    let path = library.get("path").cloned().unwrap_or_else(|| "src/lib.rs".into());
    library.insert("path".into(), absolute(package, &path)?);
    manifest.insert("workspace".into(), Value::Table(Table::new()));
    Ok(manifest)
}

/// `base` as the workspace declares it, with what the member adds to it.
fn dependency(root: &Path, base: &Value, member: &Value) -> Result<Value> {
    let mut merged = match base {
        Value::Table(table) => table.clone(),
        Value::String(version) => Table::from_iter([("version".to_owned(), version.as_str().into())]),
        _ => bail!("a dependency is neither a version nor a table"),
    };
    if let Some(path) = merged.get_mut("path") {
        *path = absolute(root, path)?;
    }
    for (key, value) in member.as_table().into_iter().flatten() {
        match (key.as_str(), merged.get_mut(key), value) {
            ("workspace", _, _) => {}
            ("features", Some(Value::Array(features)), Value::Array(more)) => {
                features.extend(more.iter().cloned())
            }
            _ => drop(merged.insert(key.clone(), value.clone())),
        }
    }
    Ok(Value::Table(merged))
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

fn absolute(folder: &Path, path: &Value) -> Result<Value> {
    let path = path.as_str().context("a path is not text")?;
    let path = folder.join(path);
    Ok(path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?.into())
}

fn same_place(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn table<'a>(parent: &'a Table, key: &str) -> Result<&'a Table> {
    parent.get(key).and_then(Value::as_table).with_context(|| format!("the manifest has no [{key}]"))
}

fn section<'a>(manifest: &'a mut Table, key: &str) -> Result<&'a mut Table> {
    manifest
        .get_mut(key)
        .and_then(Value::as_table_mut)
        .with_context(|| format!("the contract's manifest has no [{key}]"))
}

fn missing(section: &str, key: &str) -> String {
    format!("the contract inherits {key}, but the workspace's [{section}] does not have it")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = r#"
        [workspace.package]
        version = "1.2.3"
        authors = ["A"]
        [workspace.dependencies]
        ink = { version = "=5.1.1", default-features = false }
        scale = { package = "parity-scale-codec", version = "3", features = ["derive"] }
        hex = "0.4"
        orchestrator-proof = { path = "crates/proof", default-features = false }
        [workspace.lints.clippy]
        unwrap_used = "deny"
    "#;

    fn resolved(contract: &str) -> Result<Table> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let manifest = format!(
            "[package]\nname = \"c\"\nversion.workspace = true\n[lib]\npath = \"lib.rs\"\n{contract}"
        );
        resolve(&root, &WORKSPACE.parse()?, &root.join("contracts/orchestrator"), manifest.parse()?)
    }

    #[test]
    fn inherited_package_fields_are_written_out() {
        let manifest = resolved("[dependencies]").unwrap();
        assert_eq!(manifest["package"]["version"].as_str(), Some("1.2.3"));
        assert!(manifest["workspace"].as_table().unwrap().is_empty());
    }

    #[test]
    fn inherited_dependencies_keep_what_both_sides_say() {
        let manifest = resolved(
            "[dependencies]\nink.workspace = true\nhex = { workspace = true, optional = true }\n\
             scale = { workspace = true, features = [\"max-encoded-len\"] }",
        )
        .unwrap();
        let dependencies = &manifest["dependencies"];
        assert_eq!(dependencies["ink"]["version"].as_str(), Some("=5.1.1"));
        assert_eq!(dependencies["ink"]["default-features"].as_bool(), Some(false));
        assert_eq!(dependencies["hex"]["optional"].as_bool(), Some(true));
        assert_eq!(dependencies["hex"]["version"].as_str(), Some("0.4"));
        assert_eq!(dependencies["scale"]["features"].as_array().unwrap().len(), 2);
        assert!(dependencies["scale"].get("workspace").is_none());
    }

    #[test]
    fn paths_are_absolute() {
        let manifest = resolved("[dependencies]\norchestrator-proof.workspace = true").unwrap();
        for path in [&manifest["lib"]["path"], &manifest["dependencies"]["orchestrator-proof"]["path"]] {
            assert!(Path::new(path.as_str().unwrap()).is_absolute(), "{path}");
        }
    }

    #[test]
    fn inherited_lints_are_written_out_and_dev_dependencies_left_out() {
        let manifest =
            resolved("[dependencies]\n[dev-dependencies]\nhex = \"0.4\"\n[lints]\nworkspace = true").unwrap();
        assert_eq!(manifest["lints"]["clippy"]["unwrap_used"].as_str(), Some("deny"));
        assert!(!manifest.contains_key("dev-dependencies"));
    }

    #[test]
    fn a_dependency_that_the_workspace_lacks_is_named() {
        let refusal = resolved("[dependencies]\nserde.workspace = true").unwrap_err().to_string();
        assert!(refusal.contains("serde"), "{refusal}");
    }

    #[test]
    fn a_path_outside_the_inputs_is_refused() {
        let refusal =
            resolved("[dependencies]\nmarket = { path = \"../../crates/market\" }").unwrap_err().to_string();
        assert!(refusal.contains("add it to INPUTS"), "{refusal}");
    }
}
