//! The connection to a node.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jsonrpsee::{
    core::{
        client::{Client, ClientT, Error, Subscription, SubscriptionClientT},
        traits::ToRpcParams,
    },
    ws_client::WsClientBuilder,
};
use serde_json::{value::RawValue, Value};

use crate::ChainError;

/// More than any block or any metadata takes.
const MESSAGE_BYTES: u32 = 128 * 1024 * 1024;

/// What the node says when it has no state for a block any more.
const DISCARDED: [&str; 3] = ["State already discarded", "UnknownBlock", "Unknown block"];

/// Why a request was not answered.
#[derive(Debug)]
pub enum Fault {
    /// The connection is gone, or the node is silent: it may or may not have received the request.
    Lost(String),
    /// The node answered with an error.
    Answer(Refusal),
    /// Anything that a new connection does not help against.
    Chain(ChainError),
}

/// An error that a node answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of error.
    pub code: i32,
    /// The node's words for it, with the details it gives.
    pub reason: String,
}

impl Refusal {
    /// Whether it is the state of an old block that is missing.
    pub fn is_pruned(&self) -> bool {
        DISCARDED.iter().any(|sign| self.reason.contains(sign))
    }
}

impl From<ChainError> for Fault {
    fn from(error: ChainError) -> Self {
        Self::Chain(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Call(object) => {
                let details = object.data().map(|data| data.get().trim_matches('"').to_owned());
                let reason = match details {
                    Some(details) => format!("{}: {details}", object.message()),
                    None => object.message().to_owned(),
                };
                Self::Answer(Refusal { code: object.code(), reason })
            }
            Error::ParseError(error) => Self::Chain(ChainError::Protocol(error.to_string())),
            other => Self::Lost(other.to_string()),
        }
    }
}

struct Params(Value);

impl ToRpcParams for Params {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.0).map(Some)
    }
}

/// A connection that is made again when it is lost.
pub struct Link {
    url: String,
    patience: Duration,
    client: Mutex<Option<Arc<Client>>>,
}

impl Link {
    /// A connection to the node at `url`, which counts as lost after a silence of `patience`.
    pub fn new(url: &str, patience: Duration) -> Self {
        Self { url: url.to_owned(), patience, client: Mutex::new(None) }
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks the node; a lost connection is made again once, which is safe for what changes nothing.
    pub async fn ask(&self, method: &str, params: Value) -> Result<Value, Fault> {
        match self.tell(method, params.clone()).await {
            Err(Fault::Lost(_)) => self.tell(method, params).await,
            answer => answer,
        }
    }

    /// Sends the node a request, once.
    pub async fn tell(&self, method: &str, params: Value) -> Result<Value, Fault> {
        let client = self.client().await?;
        let answer = client.request::<Value, _>(method, Params(params)).await.map_err(Fault::from);
        self.drop_lost(&client, answer)
    }

    /// Sends the node a request that it answers again and again.
    pub async fn follow(&self, method: &str, params: Value, end: &str) -> Result<Subscription<Value>, Fault> {
        let client = self.client().await?;
        let followed = client.subscribe::<Value, _>(method, Params(params), end).await.map_err(Fault::from);
        self.drop_lost(&client, followed)
    }

    /// Makes sure that there is a connection.
    pub async fn reach(&self) -> Result<(), Fault> {
        self.client().await.map(|_| ())
    }

    /// What the user is told when a request was not answered.
    pub fn explain(&self, fault: Fault) -> ChainError {
        match fault {
            Fault::Lost(reason) => ChainError::Unreachable { url: self.url.clone(), reason },
            Fault::Answer(refusal) => ChainError::Refused { reason: refusal.reason },
            Fault::Chain(error) => error,
        }
    }

    async fn client(&self) -> Result<Arc<Client>, Fault> {
        if let Some(client) = self.current().as_ref().filter(|client| client.is_connected()) {
            return Ok(client.clone());
        }
        let connecting = WsClientBuilder::new()
            .request_timeout(self.patience)
            .connection_timeout(self.patience)
            .max_request_size(MESSAGE_BYTES)
            .max_response_size(MESSAGE_BYTES)
            .max_buffer_capacity_per_subscription(4096)
            .build(&self.url);
        // A node that takes the connection and then says nothing is not covered by the limit for connecting.
        let connected = tokio::time::timeout(self.patience, connecting).await;
        let connected = connected.map_err(|_| Fault::Lost("it does not answer".to_owned()))?;
        let client = Arc::new(connected.map_err(|error| Fault::Lost(error.to_string()))?);
        *self.current() = Some(client.clone());
        Ok(client)
    }

    fn drop_lost<T>(&self, client: &Arc<Client>, answer: Result<T, Fault>) -> Result<T, Fault> {
        if matches!(answer, Err(Fault::Lost(_))) {
            let mut current = self.current();
            if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, client)) {
                *current = None;
            }
        }
        answer
    }

    fn current(&self) -> MutexGuard<'_, Option<Arc<Client>>> {
        // A panic while the lock is held leaves nothing half done.
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_is_gone_is_told_from_other_refusals() {
        let refusal = |reason: &str| Refusal { code: 4003, reason: reason.to_owned() };
        assert!(refusal("Client error: UnknownBlock: State already discarded for 0x01").is_pruned());
        assert!(!refusal("Client error: Execution failed: wasm trap").is_pruned());
    }
}
