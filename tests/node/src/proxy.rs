//! A way to a node that tests can break.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    time::sleep,
};
use tokio_tungstenite::{accept_async_with_config, connect_async, tungstenite::protocol::WebSocketConfig};

/// What happens to messages on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They arrive.
    Open,
    /// They are lost in both directions; connections stay.
    Stalled,
    /// What is said to the node is lost; what the node says arrives.
    Deaf,
    /// What is said to the node arrives; what the node says is lost.
    Mute,
    /// Connections are cut, and new ones refused.
    Cut,
}

/// What a proxy does now, and what makes it do something else.
struct Plan {
    way: Way,
    /// Once this is said to the node, messages go the other way; that one already.
    trap: Option<(&'static str, Way)>,
    sprung: u32,
    connections: u32,
}

/// Passes messages on between clients and a node, or does not.
pub struct Proxy {
    address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
    _runtime: Runtime,
}

impl Proxy {
    /// In front of the node at `port`.
    pub fn to(port: u16) -> Self {
        let runtime = Runtime::new().expect("threads can be started");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let plan = Arc::new(Mutex::new(Plan { way: Way::Open, trap: None, sprung: 0, connections: 0 }));
        runtime.spawn(listen(listener, port, plan.clone()));
        Self { address, plan, _runtime: runtime }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// What happens from now on.
    pub fn set(&self, way: Way) {
        self.plan().way = way;
    }

    /// What happens from the next time on that something with `words` in it is said to the node, that message
    /// included.
    pub fn trap(&self, words: &'static str, way: Way) {
        self.plan().trap = Some((words, way));
    }

    /// How often a trap has been sprung.
    pub fn sprung(&self) -> u32 {
        self.plan().sprung
    }

    /// Connections taken so far.
    pub fn connections(&self) -> u32 {
        self.plan().connections
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        lock(&self.plan)
    }
}

fn lock(plan: &Mutex<Plan>) -> std::sync::MutexGuard<'_, Plan> {
    plan.lock().expect("nobody panics with the plan in hand")
}

async fn listen(listener: TcpListener, port: u16, plan: Arc<Mutex<Plan>>) {
    while let Ok((client, _)) = listener.accept().await {
        if lock(&plan).way == Way::Cut {
            continue;
        }
        lock(&plan).connections += 1;
        let (passing, cutting) = (plan.clone(), plan.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = pass(client, port, passing) => {}
                () = cut(cutting) => {}
            }
        });
    }
}

/// Passes on what one client and the node say, until one of them ends.
async fn pass(client: TcpStream, port: u16, plan: Arc<Mutex<Plan>>) -> Option<()> {
    let large = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
    let (mut to_client, mut from_client) = accept_async_with_config(client, Some(large)).await.ok()?.split();
    let (node, _) = connect_async(format!("ws://127.0.0.1:{port}")).await.ok()?;
    let (mut to_node, mut from_node) = node.split();
    loop {
        tokio::select! {
            said = from_client.next() => {
                let said = said?.ok()?;
                if arrives(&plan, said.to_text().unwrap_or_default()) {
                    to_node.send(said).await.ok()?;
                }
            }
            said = from_node.next() => {
                let said = said?.ok()?;
                if !matches!(lock(&plan).way, Way::Stalled | Way::Mute) {
                    to_client.send(said).await.ok()?;
                }
            }
        }
    }
}

fn arrives(plan: &Mutex<Plan>, said: &str) -> bool {
    let mut plan = lock(plan);
    if let Some((_, way)) = plan.trap.filter(|(words, _)| said.contains(words)) {
        plan.way = way;
        plan.trap = None;
        plan.sprung += 1;
    }
    !matches!(plan.way, Way::Stalled | Way::Deaf)
}

async fn cut(plan: Arc<Mutex<Plan>>) {
    while lock(&plan).way != Way::Cut {
        sleep(Duration::from_millis(5)).await;
    }
}
