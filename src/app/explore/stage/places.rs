//! Places on the stage that are filled later: what menus and the drawer hold is a part of the program of its own.

use crate::{
    app::model::{state::Picked, store::Store},
    catalogue::TEST_IMAGES,
};
use leptos::{html, prelude::*};
use std::rc::Rc;

/// Takes the next image, or with `false` the one before.
type Go = Rc<dyn Fn(bool)>;

/// From one test image to the one before or after it.
#[derive(Clone, Copy)]
pub struct Walk(StoredValue<Option<Go>, LocalStorage>);

impl Walk {
    /// Walks from now on as somebody else says, who knows of which class the reader wants them.
    pub fn set(self, walk: impl Fn(bool) + 'static) {
        self.0.set_value(Some(Rc::new(walk)));
    }

    /// One image on, or back.
    pub fn go(self, store: Store, forward: bool) {
        if let Some(walk) = self.0.get_value() {
            return walk(forward);
        }
        store.step(|state| {
            if let Picked::Test(index) = &mut state.explore.image {
                *index = (*index + if forward { 1 } else { TEST_IMAGES - 1 }) % TEST_IMAGES;
            }
        });
    }
}

/// The places.
#[derive(Clone, Copy)]
pub struct Places {
    /// In the menu of networks.
    pub networks: NodeRef<html::Div>,
    /// In the image's menu.
    pub image: NodeRef<html::Div>,
    /// Beside the image's menu: how far a search is.
    pub search: NodeRef<html::Div>,
    /// In the menu of the drawing pad.
    pub pad: NodeRef<html::Div>,
    /// In the menu of comparisons, and whether it is open.
    pub compare: (NodeRef<html::Div>, RwSignal<bool>),
    /// In the drawer of settings.
    pub settings: NodeRef<html::Div>,
    /// How the image's neighbours are found.
    pub walk: Walk,
}

impl Places {
    /// Places that are not there yet.
    pub fn new() -> Self {
        Places {
            networks: NodeRef::new(),
            image: NodeRef::new(),
            search: NodeRef::new(),
            pad: NodeRef::new(),
            compare: (NodeRef::new(), RwSignal::new(false)),
            settings: NodeRef::new(),
            walk: Walk(StoredValue::new_local(None)),
        }
    }
}
