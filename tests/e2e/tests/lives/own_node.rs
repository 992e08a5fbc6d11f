//! The node that ink_e2e starts for tests written its own way.

use ink::env::DefaultEnvironment;
use ink_e2e::{subxt::dynamic::Value, ChainBackend, Client, PolkadotConfig, TestNodeProcess};
use orchestrator_e2e::Chain;
use orchestrator_process::{Options, Wrapper, START_MS};

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_node_that_ink_e2e_starts_by_itself_lives_by_our_clock_too() {
    let wrapper = Wrapper::new(&Options::default());
    let node = TestNodeProcess::<PolkadotConfig>::build(wrapper.path()).spawn().await.unwrap();
    let chain = Chain::new(node.rpc()).await;
    let no_code = Vec::<String>::new();
    let client = Client::<PolkadotConfig, DefaultEnvironment>::new(node.rpc(), no_code).await;
    let mut client = client.unwrap();
    for time in [START_MS, START_MS + 30 * 86_400_000] {
        wrapper.clock().set_ms(time);
        let remark = vec![Value::from_bytes([])];
        client.runtime_call(&ink_e2e::bob(), "System", "remark", remark).await.unwrap();
        assert_eq!(chain.now().await, time);
    }
    assert_eq!(chain.block().await, 2);
}
