//! The state file: all items of the chain and the history of its events, in one redb database.
//!
//! A file is read into memory and examined there before the real one is touched, so that a file which is
//! damaged or belongs to something else stays as it is.

use std::{
    fs::{self, File, OpenOptions},
    io,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    process, thread,
};

use redb::{
    backends::{FileBackend, InMemoryBackend},
    Builder, Database, DatabaseError, ReadableTable, StorageBackend, TableDefinition,
};
use scale::{Decode, Encode};

use crate::{
    runtime::RUNTIME_VERSION,
    state::{Changes, Place, State},
    ContractEvent, StateError,
};

/// Raised whenever the tables below change.
const FORMAT_VERSION: u32 = 1;

const VERSIONS: TableDefinition<&str, u32> = TableDefinition::new("orchestrator chain");
const RUNTIME: TableDefinition<&[u8], &[u8]> = TableDefinition::new("runtime");
const CONTRACTS: TableDefinition<(&[u8], &[u8]), &[u8]> = TableDefinition::new("contracts");
const EVENTS: TableDefinition<u64, &[u8]> = TableDefinition::new("events");

/// How every redb file begins.
const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";

type Loaded = (State, Vec<ContractEvent>);

/// An open state file. No other process can open it meanwhile.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    database: Database,
}

impl StateFile {
    /// Opens the file at `path`, or makes one that holds `genesis`.
    pub fn open(path: &Path, genesis: &Changes) -> Result<(Self, State, Vec<ContractEvent>), StateError> {
        if !path.try_exists().map_err(|error| io_error(path, error))? {
            create(path, genesis, &[])?;
        }
        let file = OpenOptions::new().read(true).write(true).open(path);
        let backend = locked(path, file.map_err(|error| io_error(path, error))?)?;
        let copy = copy_in_memory(&backend).map_err(|error| io_error(path, error))?;
        let Some(copy) = copy else { return Err(StateError::Foreign(path.to_owned())) };
        let (state, history) = undamaged(path, || load(path, copy))?;
        let database = undamaged(path, || database(path, backend))?;
        Ok((Self { path: path.to_owned(), database }, state, history))
    }

    /// Makes a new file that holds these items and events.
    pub fn create(path: &Path, items: &Changes, events: &[ContractEvent]) -> Result<(), StateError> {
        create(path, items, events)
    }

    /// Adds `changes`, and `events` behind the `known` ones: all or nothing, and durable on return.
    pub fn write(&self, changes: &Changes, known: usize, events: &[ContractEvent]) -> Result<(), StateError> {
        write(&self.database, changes, known as u64, events)
            .map_err(|error| StateError::Write { path: self.path.clone(), error: error.to_string() })
    }
}

/// Makes the file under another name and links it to its own when it is whole: a process that is killed
/// meanwhile leaves no half of a file, and of two processes one is refused.
fn create(path: &Path, items: &Changes, events: &[ContractEvent]) -> Result<(), StateError> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".new-{}", process::id()));
    let draft = PathBuf::from(name);
    let made = write_draft(&draft, items, events).and_then(|()| {
        fs::hard_link(&draft, path).map_err(|error| io_error(path, error))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let synced = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        synced.map_err(|error| io_error(path, error))
    });
    let removed = fs::remove_file(&draft);
    made.and_then(|()| removed.map_err(|error| io_error(path, error)))
}

fn write_draft(draft: &Path, items: &Changes, events: &[ContractEvent]) -> Result<(), StateError> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(draft);
    let backend = locked(draft, file.map_err(|error| io_error(draft, error))?)?;
    let failed = |error: redb::Error| StateError::Write { path: draft.to_owned(), error: error.to_string() };
    let database = database(draft, backend)?;
    write_versions(&database).map_err(failed)?;
    write(&database, items, 0, events).map_err(failed)
}

fn write_versions(database: &Database) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut versions = transaction.open_table(VERSIONS)?;
        versions.insert("format", FORMAT_VERSION)?;
        versions.insert("runtime", RUNTIME_VERSION)?;
    }
    Ok(transaction.commit()?)
}

fn write(
    database: &Database,
    changes: &Changes,
    known: u64,
    events: &[ContractEvent],
) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut runtime = transaction.open_table(RUNTIME)?;
        let mut contracts = transaction.open_table(CONTRACTS)?;
        for (Place { trie, key }, value) in changes {
            let key = key.as_slice();
            match (trie, value) {
                (None, Some(value)) => drop(runtime.insert(key, value.as_slice())?),
                (None, None) => drop(runtime.remove(key)?),
                (Some(trie), Some(value)) => {
                    drop(contracts.insert((trie.as_slice(), key), value.as_slice())?)
                }
                (Some(trie), None) => drop(contracts.remove((trie.as_slice(), key))?),
            }
        }
        let mut history = transaction.open_table(EVENTS)?;
        for (number, event) in (known..).zip(events) {
            history.insert(number, event.encode().as_slice())?;
        }
    }
    Ok(transaction.commit()?)
}

fn load(path: &Path, copy: InMemoryBackend) -> Result<Loaded, StateError> {
    let mut database = database(path, copy)?;
    let damaged = |_| StateError::Damaged(path.to_owned());
    database.check_integrity().map_err(damaged)?;
    check_versions(path, &database)?;
    read(&database).map_err(|_| StateError::Damaged(path.to_owned()))
}

fn check_versions(path: &Path, database: &Database) -> Result<(), StateError> {
    let foreign = || StateError::Foreign(path.to_owned());
    let versions = database
        .begin_read()
        .map_err(redb::Error::from)
        .and_then(|transaction| Ok(transaction.open_table(VERSIONS)?))
        .map_err(|_| foreign())?;
    let version = |name| versions.get(name).ok().flatten().map(|version| version.value());
    let (format, runtime) = (version("format").ok_or_else(foreign)?, version("runtime").ok_or_else(foreign)?);
    if (format, runtime) == (FORMAT_VERSION, RUNTIME_VERSION) {
        return Ok(());
    }
    Err(StateError::Version {
        path: path.to_owned(),
        found: format!("format {format}, runtime {runtime}"),
        expected: format!("format {FORMAT_VERSION}, runtime {RUNTIME_VERSION}"),
    })
}

fn read(database: &Database) -> Result<Loaded, redb::Error> {
    let transaction = database.begin_read()?;
    let mut items = Changes::new();
    for item in transaction.open_table(RUNTIME)?.iter()? {
        let (key, value) = item?;
        items.insert(Place { trie: None, key: key.value().to_vec() }, Some(value.value().to_vec()));
    }
    for item in transaction.open_table(CONTRACTS)?.iter()? {
        let (key, value) = item?;
        let (trie, key) = key.value();
        let place = Place { trie: Some(trie.to_vec()), key: key.to_vec() };
        items.insert(place, Some(value.value().to_vec()));
    }
    let mut history = Vec::new();
    for (expected, event) in (0..).zip(transaction.open_table(EVENTS)?.iter()?) {
        let (number, event) = event?;
        let decoded = ContractEvent::decode(&mut event.value()).ok().filter(|_| number.value() == expected);
        history.push(decoded.ok_or_else(|| redb::Error::Corrupted("event history".to_owned()))?);
    }
    let mut state = State::default();
    state.apply(items);
    Ok((state, history))
}

fn database(path: &Path, backend: impl StorageBackend) -> Result<Database, StateError> {
    Builder::new().create_with_backend(backend).map_err(|_| StateError::Damaged(path.to_owned()))
}

fn locked(path: &Path, file: File) -> Result<FileBackend, StateError> {
    FileBackend::new(file).map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => StateError::InUse(path.to_owned()),
        other => io_error(path, io::Error::other(other)),
    })
}

/// Nothing where the file does not begin as a redb database does.
fn copy_in_memory(backend: &FileBackend) -> io::Result<Option<InMemoryBackend>> {
    let length = backend.len()?;
    let bytes = backend.read(0, usize::try_from(length).map_err(io::Error::other)?)?;
    if !bytes.starts_with(MAGIC) {
        return Ok(None);
    }
    let copy = InMemoryBackend::new();
    copy.set_len(length)?;
    copy.write(0, &bytes)?;
    Ok(Some(copy))
}

/// redb meets some kinds of damage with a panic: here it becomes an error, and nothing is printed.
fn undamaged<R>(path: &Path, action: impl FnOnce() -> Result<R, StateError>) -> Result<R, StateError> {
    let (here, previous) = (thread::current().id(), std::sync::Arc::new(panic::take_hook()));
    let others = previous.clone();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().id() != here {
            others(panic);
        }
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(action));
    drop(panic::take_hook());
    if let Some(previous) = std::sync::Arc::into_inner(previous) {
        panic::set_hook(previous);
    }
    result.unwrap_or_else(|_| Err(StateError::Damaged(path.to_owned())))
}

fn io_error(path: &Path, error: io::Error) -> StateError {
    StateError::Io { path: path.to_owned(), error }
}
