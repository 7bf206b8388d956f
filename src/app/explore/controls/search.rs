//! Finding images: of a class, misclassified by the network. Scans the test set shard by shard, one way round.

use crate::{
    app::{link::fetch, model::commands::Commands},
    catalogue,
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// What an image must be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Filter {
    /// Of this class.
    pub class: Option<u32>,
    /// Predicted to be something else than it is.
    pub wrong: bool,
}

/// Predicted classes by network and shard.
type Predictions = BTreeMap<(String, u32), Rc<Vec<u8>>>;

thread_local! {
    static CLASSES: RefCell<Predictions> = RefCell::default();
}

async fn predictions(commands: &Rc<dyn Commands>, network: &str, number: u32) -> Result<Rc<Vec<u8>>, String> {
    let key = (network.to_string(), number);
    if let Some(classes) = CLASSES.with_borrow(|known| known.get(&key).cloned()) {
        return Ok(classes);
    }
    let shard = fetch::shard(number).await?;
    let classes = Rc::new(commands.classify(network.into(), shard.images.clone()).await?);
    CLASSES.with_borrow_mut(|known| known.insert(key, classes.clone()));
    Ok(classes)
}

/// The next image after `from` (forward or backward, around the end) that passes; `None` if there is no other.
/// `go_on` is asked between images, and told how far the search is.
pub async fn find(
    commands: &Rc<dyn Commands>,
    network: &str,
    filter: Filter,
    from: u32,
    forward: bool,
    go_on: impl Fn(f64) -> bool,
) -> Result<Option<u32>, String> {
    let all = catalogue::TEST_IMAGES;
    let labels = if filter == Filter::default() { None } else { Some(fetch::labels().await?) };
    for step in 1..all {
        let index = if forward { (from + step) % all } else { (from + all - step) % all };
        let Some(labels) = &labels else { return Ok(Some(index)) };
        let label = labels.get(index as usize).copied().unwrap_or(u8::MAX);
        if filter.class.is_some_and(|class| class != u32::from(label)) {
            continue;
        }
        if filter.wrong {
            if !go_on(f64::from(step) / f64::from(all)) {
                return Ok(None);
            }
            let classes = predictions(commands, network, index / catalogue::SHARD).await?;
            if classes.get((index % catalogue::SHARD) as usize).is_none_or(|&class| class == label) {
                continue;
            }
        }
        return Ok(Some(index));
    }
    Ok(None)
}
