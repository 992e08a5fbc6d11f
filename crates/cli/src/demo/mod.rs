//! `orch demo`: a story from end to end, told step by step and checked step by step.

mod calls;
mod cast;
mod claim;
mod cluster;
mod deal;
mod errand;
mod facts;
mod input;
mod loss;
mod money;
mod offer;
mod repair;
mod scene;
mod sla;
mod tables;
mod watched;

use orchestrator_chain::Embedded;

use crate::{
    args::{DemoOptions, StoryName},
    failure::Failure,
    output::{self, Teller},
};
use cast::{Cast, Keys};
use input::Input;
use scene::{Keeper, Scene};
use watched::Watched;

/// What every account starts with on the chain, in planks: 1,000 UNIT.
const PURSE: u128 = 1_000 * orchestrator_chain::runtime::UNIT;

/// A story with what was said about it.
enum Plot {
    Deal(deal::Numbers),
    Cluster,
    Sla,
}

/// Runs the demo. Everything that can be wrong with what was typed is refused before anything is written.
pub fn run(options: &DemoOptions) -> Result<(), Failure> {
    let plot = Plot::of(options)?;
    Input::check(options)?;
    let created: Vec<_> =
        [&options.chain, &options.keep].into_iter().flatten().filter(|path| !path.exists()).collect();
    let done = tell(options, plot);
    if done.is_err() {
        // A state file with half a story is of no use to anybody; what there was before is never touched.
        created.into_iter().for_each(|path| drop(std::fs::remove_file(path)));
    }
    done
}

impl Plot {
    fn of(options: &DemoOptions) -> Result<Self, Failure> {
        if let Some(path) = &options.keep {
            if !matches!(options.story, StoryName::Sla) {
                return Err(Failure::input("only the sla story can --keep its chain: name --story sla"));
            }
            if path.exists() {
                let path = path.display();
                return Err(Failure::Input(format!("{path} exists already: name a new file to --keep")));
            }
        }
        match options.story {
            StoryName::Deal => Ok(Self::Deal(deal::Numbers::of(options)?)),
            _ if options.providers.is_some() || options.replicas.is_some() => Err(Failure::input(
                "only the deal lets you choose how many there are: leave out --providers and --replicas",
            )),
            StoryName::Cluster => Ok(Self::Cluster),
            StoryName::Sla => Ok(Self::Sla),
        }
    }

    fn keys(&self) -> Result<Keys, Failure> {
        match self {
            Self::Deal(numbers) => numbers.keys(),
            Self::Cluster => cluster::keys(),
            Self::Sla => sla::keys(),
        }
    }
}

fn tell(options: &DemoOptions, plot: Plot) -> Result<(), Failure> {
    let mut chain = match &options.chain {
        Some(path) => Embedded::open(path)?,
        None => Embedded::in_memory(),
    };
    cast::ensure_new(&chain, options.chain.as_deref())?;
    let input = Input::prepare(options)?;
    let keys = plot.keys()?;
    for account in keys.accounts() {
        chain.fund(account, PURSE)?;
    }
    let teller = Teller::new(options.output_json);
    let mut ledger = Watched::new(chain)?;
    let cast = Cast::assemble(&mut ledger, keys, &input.folder)?;
    let mut scene = Scene::new(ledger, cast, &teller, input.folder.clone(), input.kept)?;
    scene.keeper =
        options.keep.clone().map(|path| Keeper { path, write: |chain: &Embedded, path| chain.copy_to(path) });
    match plot {
        Plot::Deal(numbers) => {
            let facts = deal::Story::new(scene, input.content, numbers)?.tell()?;
            if options.output_json {
                output::json(&facts)?;
            } else {
                deal::show(&teller, &facts)?;
            }
        }
        Plot::Cluster => {
            let texts = [input.text(2)?, input.text(3)?];
            let facts = cluster::Story::new(scene, input.content, texts)?.tell()?;
            if options.output_json {
                output::json(&facts)?;
            } else {
                cluster::show(&teller, &facts)?;
            }
        }
        Plot::Sla => {
            let facts = sla::Story::new(scene, input.content)?.tell()?;
            if options.output_json {
                output::json(&facts)?;
            } else {
                sla::show(&teller, &facts)?;
            }
        }
    }
    Ok(())
}
