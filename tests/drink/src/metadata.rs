//! The metadata of the built contract, read as plain JSON.

use serde_json::Value;

/// The built contract's metadata.
pub fn metadata() -> Value {
    serde_json::from_str(orchestrator_bundle::METADATA).expect("the metadata is JSON")
}

/// The list at a path.
pub fn list<'a>(of: &'a Value, path: &str) -> &'a Vec<Value> {
    of.pointer(path).and_then(Value::as_array).unwrap_or_else(|| panic!("the metadata has {path}"))
}

/// A field that is text.
pub fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or_else(|| panic!("{of} has {field}"))
}

/// Whether something is said of an item.
pub fn has_words(docs: &Value) -> bool {
    docs.as_array()
        .is_some_and(|lines| lines.iter().any(|x| x.as_str().is_some_and(|x| !x.trim().is_empty())))
}
