//! Messages, answers and events of the contract, told by its metadata: names and types stand nowhere else.

mod told;

use std::collections::BTreeMap;

use orchestrator_chain::{AccountId, ContractEvent};
use scale_info::{form::PortableForm, PortableRegistry, PortableType, TypeDef, TypeDefPrimitive};
use scale_value::{scale::decode_as_type, Composite, Primitive, ValueDef};
use serde::Deserialize;
use serde_json::{json, Value};

pub use told::Told;

use crate::failure::Failure;

/// What the metadata says of the contract.
pub struct Interface {
    code_hash: [u8; 32],
    /// All of it that decides how calls are encoded and answers read.
    shape: Value,
    types: PortableRegistry,
    messages: BTreeMap<[u8; 4], Message>,
    events: BTreeMap<[u8; 32], Event>,
}

/// A message of the contract.
struct Message {
    name: String,
    arguments: Vec<Field>,
    answer: u32,
}

/// An event of the contract.
struct Event {
    name: String,
    fields: Vec<Field>,
}

/// A name and a type.
struct Field {
    name: String,
    of: u32,
}

impl Interface {
    /// What the metadata of the built contract says.
    pub fn built() -> Result<Self, Failure> {
        Self::read(orchestrator_bundle::METADATA)
    }

    /// Reads ink! metadata of version 5.
    pub fn read(metadata: &str) -> Result<Self, Failure> {
        let unreadable = |reason: String| {
            Failure::Input(format!(
                "the contract's metadata cannot be read ({reason}): build it with `make contract`"
            ))
        };
        let file: File = serde_json::from_str(metadata).map_err(|error| unreadable(error.to_string()))?;
        let Some(code_hash) = bytes(&file.source.hash) else {
            return Err(unreadable(format!("code hash {}", file.source.hash)));
        };
        let mut shape = serde_json::from_str(metadata).map_err(|error| unreadable(error.to_string()))?;
        let mut found = Self {
            code_hash,
            shape: essence(&mut shape),
            types: PortableRegistry { types: file.types },
            messages: BTreeMap::new(),
            events: BTreeMap::new(),
        };
        for message in file.spec.messages {
            let Some(selector) = bytes(&message.selector) else {
                return Err(unreadable(format!("selector {}", message.selector)));
            };
            let arguments = message.args.into_iter().map(Field::from).collect();
            let answer = message.return_type.of;
            found.messages.insert(selector, Message { name: message.label, arguments, answer });
        }
        for event in file.spec.events {
            let Some(topic) = event.signature_topic.as_deref().and_then(bytes) else {
                return Err(unreadable(format!("topic of {}", event.label)));
            };
            let fields = event.args.into_iter().map(Field::from).collect();
            found.events.insert(topic, Event { name: event.label, fields });
        }
        Ok(found)
    }

    /// Whether calls are encoded and answers read as with the other's metadata.
    pub fn fits(&self, other: &Self) -> bool {
        self.shape == other.shape
    }

    /// Name of the message that encoded `data` calls.
    pub fn name(&self, data: &[u8]) -> Option<&str> {
        Some(&self.message(data)?.0.name)
    }

    /// The arguments that encoded `data` carries.
    pub fn arguments(&self, data: &[u8]) -> Option<Told> {
        let (message, rest) = self.message(data)?;
        self.record(&message.arguments, rest)
    }

    /// What the message that `data` calls answered with `output`; nothing where that is no answer of it, or a
    /// refusal.
    pub fn answer(&self, data: &[u8], output: &[u8]) -> Option<Told> {
        let (message, _) = self.message(data)?;
        match self.told(message.answer, &mut &*output)? {
            // ink! wraps every answer in what tells that the message could be read.
            Told::Choice(outer, answer) if outer == "Ok" => match *answer {
                Told::Choice(inner, answer) if inner == "Ok" => Some(*answer),
                Told::Choice(inner, _) if inner == "Err" => None,
                answer => Some(answer),
            },
            _ => None,
        }
    }

    /// Name and fields of an event; nothing where the contract has no such event.
    pub fn event(&self, event: &ContractEvent) -> Option<(&str, Told)> {
        let topic: [u8; 32] = (*event.topics.first()?).into();
        let known = self.events.get(&topic)?;
        Some((&known.name, self.record(&known.fields, &event.data)?))
    }

    /// Whether the contract has an event of this name.
    pub fn has_event(&self, name: &str) -> bool {
        self.events().any(|x| x == name)
    }

    /// Names of all events.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.events.values().map(|x| x.name.as_str())
    }

    /// Hash of the code that the metadata belongs to.
    pub fn code_hash(&self) -> [u8; 32] {
        self.code_hash
    }

    fn message<'a>(&self, data: &'a [u8]) -> Option<(&Message, &'a [u8])> {
        let (selector, rest) = data.split_first_chunk()?;
        Some((self.messages.get(selector)?, rest))
    }

    fn record(&self, fields: &[Field], mut data: &[u8]) -> Option<Told> {
        let told: Option<Vec<_>> =
            fields.iter().map(|x| Some((x.name.clone(), self.told(x.of, &mut data)?))).collect();
        data.is_empty().then_some(Told::Record(told?))
    }

    fn told(&self, of: u32, data: &mut &[u8]) -> Option<Told> {
        let value = decode_as_type(data, of, &self.types).ok()?;
        self.tell(value)
    }

    fn tell(&self, value: scale_value::Value<u32>) -> Option<Told> {
        let of = self.types.resolve(value.context)?;
        if is_bytes(&self.types, &of.type_def) {
            return Some(Told::Bytes(byte_string(&value)?));
        }
        match (of.path.ident().as_deref(), value.value) {
            (Some("AccountId"), ValueDef::Composite(inner)) => {
                let id: [u8; 32] = byte_string(inner.into_values().next().as_ref()?)?.try_into().ok()?;
                Some(Told::Account(AccountId::from(id)))
            }
            (Some("Option"), ValueDef::Variant(variant)) => match variant.values.into_values().next() {
                Some(inner) => self.tell(inner),
                None => Some(Told::Nothing),
            },
            (_, ValueDef::Composite(fields)) => {
                self.fields(fields, matches!(of.type_def, TypeDef::Sequence(_) | TypeDef::Array(_)))
            }
            (_, ValueDef::Variant(variant)) if variant.values.is_empty() => Some(Told::Name(variant.name)),
            (_, ValueDef::Variant(variant)) => {
                Some(Told::Choice(variant.name, Box::new(self.fields(variant.values, false)?)))
            }
            (_, ValueDef::Primitive(primitive)) => match (primitive, &of.type_def) {
                (Primitive::Bool(x), _) => Some(Told::Flag(x)),
                (Primitive::U128(x), TypeDef::Primitive(TypeDefPrimitive::U128)) => Some(Told::Amount(x)),
                (Primitive::U128(x), _) => Some(Told::Number(u64::try_from(x).ok()?)),
                (Primitive::String(x), _) => Some(Told::Name(x)),
                _ => None,
            },
            (_, ValueDef::BitSequence(_)) => None,
        }
    }

    fn fields(&self, fields: Composite<u32>, list: bool) -> Option<Told> {
        match fields {
            Composite::Named(fields) => {
                let told: Option<Vec<_>> =
                    fields.into_iter().map(|(name, x)| Some((name, self.tell(x)?))).collect();
                Some(Told::Record(told?))
            }
            Composite::Unnamed(fields) => {
                let mut told = fields.into_iter().map(|x| self.tell(x)).collect::<Option<Vec<_>>>()?;
                match (list, told.len()) {
                    (false, 0) => Some(Told::Nothing),
                    (false, 1) => told.pop(),
                    _ => Some(Told::List(told)),
                }
            }
        }
    }
}

/// What of the metadata decides how calls are encoded and answers read: no texts for people.
fn essence(metadata: &mut Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("docs");
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut essence = json!({
        "messages": metadata["spec"]["messages"].take(),
        "events": metadata["spec"]["events"].take(),
        "types": metadata["types"].take(),
    });
    strip(&mut essence);
    essence
}

fn is_bytes(types: &PortableRegistry, def: &TypeDef<PortableForm>) -> bool {
    let item = match def {
        TypeDef::Sequence(x) => x.type_param.id,
        TypeDef::Array(x) => x.type_param.id,
        _ => return false,
    };
    types.resolve(item).is_some_and(|x| x.type_def == TypeDef::Primitive(TypeDefPrimitive::U8))
}

fn byte_string(value: &scale_value::Value<u32>) -> Option<Vec<u8>> {
    let ValueDef::Composite(items) = &value.value else { return None };
    items.values().map(|x| u8::try_from(x.as_u128()?).ok()).collect()
}

fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(digits.strip_prefix("0x")?, &mut bytes).ok()?;
    Some(bytes)
}

/// The part of ink!'s metadata that is needed here.
#[derive(Deserialize)]
struct File {
    source: Source,
    spec: Spec,
    types: Vec<PortableType>,
}

#[derive(Deserialize)]
struct Source {
    hash: String,
}

#[derive(Deserialize)]
struct Spec {
    messages: Vec<MessageSpec>,
    events: Vec<EventSpec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageSpec {
    label: String,
    selector: String,
    args: Vec<ArgumentSpec>,
    return_type: TypeSpec,
}

#[derive(Deserialize)]
struct EventSpec {
    label: String,
    signature_topic: Option<String>,
    args: Vec<ArgumentSpec>,
}

#[derive(Deserialize)]
struct ArgumentSpec {
    label: String,
    #[serde(rename = "type")]
    of: TypeSpec,
}

#[derive(Deserialize)]
struct TypeSpec {
    #[serde(rename = "type")]
    of: u32,
}

impl From<ArgumentSpec> for Field {
    fn from(argument: ArgumentSpec) -> Self {
        Self { name: argument.label, of: argument.of.of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orchestrator::{domain::Error, OrchestratorRef};
    use orchestrator_chain::{at, Hash, Message as _};
    use scale::Encode;

    fn account(byte: u8) -> AccountId {
        AccountId::from([byte; 32])
    }

    #[test]
    fn a_call_is_told_by_names() {
        let interface = Interface::built().unwrap();
        let mut market = at::<OrchestratorRef>(account(9));
        let (_, _, data) = market.set_trust(account(1), true).parts();
        assert_eq!(interface.name(&data), Some("set_trust"));
        let told = serde_json::to_value(interface.arguments(&data).unwrap()).unwrap();
        assert_eq!(
            told,
            json!({"manager": "5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT", "trusts": true})
        );
        assert!(interface.arguments(&data[..data.len() - 1]).is_none());
        assert!(interface.name(&[0; 4]).is_none() && interface.name(&[0]).is_none());
    }

    #[test]
    fn an_answer_is_told_and_a_refusal_is_none() {
        let interface = Interface::built().unwrap();
        let mut market = at::<OrchestratorRef>(account(9));
        let (_, _, data) = market.retire_node(3).parts();
        assert!(matches!(interface.answer(&data, &[0, 0]), Some(Told::Nothing)));
        let refusal = Ok::<_, ()>(Err::<(), _>(Error::NodeInUse)).encode();
        assert!(interface.answer(&data, &refusal).is_none());
        let (_, _, data) = market.node(3).parts();
        assert!(matches!(interface.answer(&data, &[0, 0]), Some(Told::Nothing)));
    }

    #[test]
    fn metadata_fits_if_only_texts_and_the_code_differ() {
        let built = Interface::built().unwrap();
        let other = |change: fn(&mut Value)| {
            let mut metadata: Value = serde_json::from_str(orchestrator_bundle::METADATA).unwrap();
            change(&mut metadata);
            Interface::read(&metadata.to_string()).unwrap()
        };
        let rebuilt = other(|x| {
            x["source"]["hash"] = json!(format!("0x{}", "07".repeat(32)));
            x["spec"]["messages"][0]["docs"] = json!(["Other words."]);
        });
        assert!(rebuilt.fits(&built) && rebuilt.code_hash() == [7; 32]);
        assert!(!other(|x| x["spec"]["messages"][0]["selector"] = json!("0x000000ff")).fits(&built));
        assert!(!other(|x| x["spec"]["events"][0]["args"] = json!([])).fits(&built));
    }

    #[test]
    fn an_event_of_another_contract_is_none() {
        let interface = Interface::built().unwrap();
        let event = ContractEvent {
            block: 1,
            at_ms: 2,
            contract: account(1),
            topics: vec![Hash::from([7; 32])],
            data: vec![],
        };
        assert!(interface.event(&event).is_none());
    }
}
