//! What becomes of files: a network of ours that reads digits is opened, a training checkpoint goes to Train, a picture becomes a digit; everything else is
//! Inspect's, and everything that comes while that is open.

use crate::{
    app::{
        link::{self, fetch, pictures},
        model::{
            digit,
            state::{Picked, Tab},
            store::{Remedy, Store},
        },
        text::{explore as text, train},
    },
    formats::{Kind, kind, mnist, read_model},
    network::Network,
};
use leptos::prelude::*;

/// Takes files in, whatever they are. What cannot be used is said; nothing on screen is lost.
pub async fn take(store: Store, files: Vec<web_sys::File>) {
    let [file] = &files[..] else {
        // A network in several files, or a set of images.
        return store.inspect(files);
    };
    if store.state.with_untracked(|state| state.tab == Tab::Inspect) {
        return store.inspect(files);
    }
    let name = file.name();
    let bytes = match link::files::bytes(file).await {
        Ok(bytes) => bytes,
        Err(why) => return store.notice(why, Remedy::None),
    };
    if pictures::is_picture(&bytes) {
        return match pictures::ink(file, pictures::SIDE).await {
            Some(ink) => match digit::centred(&ink, pictures::SIDE) {
                Some(levels) => store.step(|state| {
                    state.tab = Tab::Explore;
                    state.explore.image = Picked::Drawn(levels);
                }),
                None => store.notice(text::picture_empty(&name), Remedy::None),
            },
            None => store.notice(text::picture_unreadable(&name), Remedy::None),
        };
    }
    // Neither the page nor its engines unpack: the browser does. What it cannot unpack, the engine refuses in words.
    let plain = fetch::plain(&bytes).await.unwrap_or_else(|_| bytes.clone());
    match kind(&plain) {
        Kind::Checkpoint => store.checkpoint(name, bytes),
        // The questions here are about digits; others are asked in Inspect.
        kind if kind.is_network() && read_model(&plain).is_ok_and(|network| !takes_digits(&network)) => {
            store.inspect(files);
        }
        kind if kind.is_network() => store.commands().open_network(name, train::OPENED.into(), plain),
        _ => store.inspect(files),
    }
}

/// Whether a network tells ten digits apart.
fn takes_digits(network: &Network) -> bool {
    mnist::fits(network.input_len()).is_ok() && network.classes() == mnist::CLASSES
}
