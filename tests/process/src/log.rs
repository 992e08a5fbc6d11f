//! What a node writes: the address it listens at, and its last words.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read},
    sync::{
        mpsc::{self, Receiver},
        Arc, Mutex,
    },
    thread,
};

const KEPT: usize = 60;
const READY: &str = "Running JSON-RPC server: addr=";

/// The last lines of a node.
#[derive(Clone, Default, Debug)]
pub(crate) struct Log(Arc<Mutex<VecDeque<String>>>);

impl Log {
    /// Reads `from` until it ends. The port comes out of the receiver when the node listens; a receiver that hangs up
    /// belongs to a node that never did.
    pub(crate) fn follow(from: impl Read + Send + 'static) -> (Self, Receiver<u16>) {
        let log = Self::default();
        let lines = log.clone();
        let (ready, port) = mpsc::channel();
        // The thread goes on after the port is told: a node that nobody reads would stop at a full pipe.
        thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                let port = port_in(&line);
                lines.push(line);
                if let Some(port) = port {
                    // Nobody waits for a second announcement.
                    let _ = ready.send(port);
                }
            }
        });
        (log, port)
    }

    fn push(&self, line: String) {
        let mut lines = self.0.lock().expect("no holder panics");
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().expect("no holder panics").iter().cloned().collect()
    }
}

fn port_in(line: &str) -> Option<u16> {
    let (_, addresses) = line.split_once(READY)?;
    let (_, port) = addresses.split(',').next()?.rsplit_once(':')?;
    port.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_line_that_announces_it() {
        assert_eq!(
            port_in("2027 Running JSON-RPC server: addr=127.0.0.1:9944, allowed origins=[]"),
            Some(9944)
        );
        assert_eq!(port_in("Running JSON-RPC server: addr=127.0.0.1:44001,[::1]:44001"), Some(44001));
        assert_eq!(port_in("Running JSON-RPC server: addr=127.0.0.1"), None);
        assert_eq!(port_in("Imported #1 127.0.0.1:9944"), None);
    }

    #[test]
    fn only_the_last_lines_are_kept_and_a_node_that_never_listened_hangs_up() {
        let text = (0..KEPT + 5).map(|x| format!("line {x}")).collect::<Vec<_>>().join("\n");
        let (log, port) = Log::follow(std::io::Cursor::new(text));
        assert!(port.recv().is_err());
        let lines = log.lines();
        assert_eq!(lines.len(), KEPT);
        assert_eq!(lines.first().unwrap(), "line 5");
        assert_eq!(lines.last().unwrap(), &format!("line {}", KEPT + 4));
    }
}
