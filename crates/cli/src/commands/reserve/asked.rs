//! What an order costs at this moment.

use orchestrator::{
    domain::{bps_up, price_up, Balance, Error, Order},
    Quote,
};
use orchestrator_chain::CallError;
use orchestrator_market::parties::sentence;

use crate::{
    acting::call_failure,
    failure::Failure,
    session::Session,
    time::{instant, span},
};

/// What is asked for each replica of an order, in its order.
pub struct Asked(Vec<One>);

/// What is asked for one replica.
struct One {
    /// The data unit and its score; nothing where the contract is to choose a member.
    named: Option<(u64, u16)>,
    price: Balance,
    collateral: Balance,
}

/// Asks for the price of every replica. Refuses a data unit that would not take it.
pub fn ask(session: &Session, order: &Order) -> Result<Asked, Failure> {
    let asked: Result<Vec<_>, _> = order.replicas.iter().map(|x| one(session, order, x.unit)).collect();
    Ok(Asked(asked?))
}

fn one(session: &Session, order: &Order, unit: u64) -> Result<One, Failure> {
    if unit == 0 {
        return of_a_member(session, order);
    }
    let cluster = order.choice.as_ref().map(|x| x.cluster);
    let refused = |error: Error| {
        Failure::Outcome(format!(
            "data unit {unit} does not take this order: {} ({error:?})",
            sentence(error)
        ))
    };
    let question = session.market.quote(unit, order.capacity, order.term_ms, cluster);
    let Quote { price, collateral, score, .. } = session.ask(question)?.map_err(refused)?;
    Ok(One { named: Some((unit, score)), price, collateral })
}

/// All members ask what the cluster asks.
fn of_a_member(session: &Session, order: &Order) -> Result<One, Failure> {
    let id = order.choice.as_ref().map_or(0, |x| x.cluster);
    let Some(cluster) = session.ask(session.market.cluster(id))? else {
        return Err(Failure::Outcome(format!("there is no cluster {id} (UnknownCluster): check the number")));
    };
    let (spec, now) = (cluster.spec, session.chain.ledger().now_ms()?);
    let rate = session.ask(session.market.settings())?.rate;
    let refused = |error| call_failure(CallError::Refused(error));
    let each = rate.tokens_up(spec.price, spec.currency, now).map_err(refused)?;
    let price = price_up(each, order.capacity, order.term_ms).map_err(refused)?;
    let collateral = bps_up(price, spec.terms.collateral_bps).map_err(refused)?;
    Ok(One { named: None, price, collateral })
}

impl Asked {
    /// What all replicas together cost.
    pub fn price(&self) -> Balance {
        self.0.iter().fold(0, |sum, x| sum.saturating_add(x.price))
    }

    /// Tells people what each replica costs, and until when it would be paid for.
    pub fn tell(&self, session: &Session, order: &Order) -> Result<(), Failure> {
        let token = &session.token;
        let row = |x: &One| {
            let (unit, score) = match x.named {
                Some((unit, score)) => (unit.to_string(), score.to_string()),
                None => ("a member whose turn it is".to_owned(), "-".to_owned()),
            };
            vec![unit, token.text(x.price), token.text(x.collateral), score]
        };
        let rows: Vec<_> = self.0.iter().map(row).collect();
        session.teller.table(&["DATA UNIT", "PRICE", "COLLATERAL", "SCORE"], &rows)?;
        let config = session.ask(session.market.settings())?.config;
        let latest = u64::from(config.accept_ms)
            .saturating_add(config.activate_ms.into())
            .saturating_add(order.term_ms)
            .saturating_add(session.chain.ledger().now_ms()?);
        session.teller.rows(&[
            ("all replicas".to_owned(), token.text(self.price())),
            ("at most".to_owned(), token.text(order.max_price)),
            (
                "PAID UNTIL".to_owned(),
                format!("{} after activation, {} UTC at the latest", span(order.term_ms), instant(latest)),
            ),
        ])?;
        Ok(session.teller.line("")?)
    }
}
