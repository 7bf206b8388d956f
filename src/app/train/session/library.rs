//! The library: saving, loading, deleting, downloads, files picked, and drafts that outlive a closed tab.

use crate::app::train::signals::PickedFile;
use crate::{
    app::{
        link::fetch,
        train::places::{Destination, Origin, destination},
    },
    formats::kind,
};
use crate::{
    app::{
        link::files,
        model::state::{
            Tab,
            train::{IMAGES, Settings},
        },
        text::train as text,
        train::{
            history::Runs,
            record::{Held, Record},
            session::RunController,
            storage::Storage,
            words,
        },
    },
    engine::{Bytes, ProbePlan, RunState, TrainRequest},
    sorting::sort_few,
};
use leptos::prelude::*;
use std::{rc::Rc, sync::Arc};
use wasm_bindgen_futures::spawn_local;

/// Drafts kept at most.
const DRAFTS: usize = 6;

/// A format of a download.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    /// The project's own file.
    Safetensors,
    /// Standard operators only.
    Onnx,
}

impl RunController {
    /// Opens the storage and looks what is in it.
    pub(super) async fn look_up(self: Rc<Self>) {
        match Storage::open().await {
            Ok(storage) => {
                self.inner.borrow_mut().storage = Some(storage);
                self.signals().keeps.set(Some(true));
                self.list(true).await;
            }
            Err(_) => self.signals().keeps.set(Some(false)),
        }
    }

    fn storage(&self) -> Result<Storage, String> {
        self.inner.borrow().storage.clone().ok_or_else(|| text::NEEDS_STORE.into())
    }

    /// Reads the records; `offer`: those of runs that were under way are offered.
    async fn list(self: &Rc<Self>, offer: bool) {
        let Ok(storage) = self.storage() else { return };
        match storage.records().await {
            Ok(mut records) => {
                sort_few(&mut records, |a, b| b.at.total_cmp(&a.at));
                let (drafts, saved): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.draft);
                self.signals().library.set(saved.into_iter().map(Arc::new).collect());
                for old in drafts.iter().skip(DRAFTS) {
                    let _ = storage.delete(&old.id).await;
                }
                if offer {
                    self.signals().offers.set(drafts.into_iter().take(DRAFTS).map(Arc::new).collect());
                }
            }
            Err(why) => self.notice(words::not_read(&why)),
        }
    }

    /// Keeps the newest checkpoint of a run, so that a closed tab loses seconds at most.
    pub(super) fn keep_draft(self: &Rc<Self>, slot: u32) {
        let (Ok(storage), Some(held)) = (self.storage(), self.inner.borrow().held[slot as usize].clone()) else {
            return;
        };
        let Some(kept) = held.checkpoint.clone().filter(|_| !held.saving) else { return };
        let record = self
            .signals()
            .runs
            .with_untracked(|runs| Some(Record::of(runs[slot as usize].as_ref()?, &held, slot, &kept, None)));
        let Some(record) = record else { return };
        let busy = move |controller: &RunController, now: bool| {
            if let Some(held) = &mut controller.inner.borrow_mut().held[slot as usize] {
                held.saving = now;
            }
        };
        busy(self, true);
        let controller = self.clone();
        spawn_local(async move {
            let done = storage.put(&record, &kept.file).await;
            busy(&controller, false);
            let current =
                controller.inner.borrow().held[slot as usize].as_ref().is_some_and(|held| held.id == record.id);
            match done {
                Ok(()) if !current => controller.forget(record.id),
                Ok(()) => {}
                Err(why) => controller.notice(words::not_kept(text::RUN_NAMES[slot as usize], &why)),
            }
        });
    }

    /// Throws a draft away.
    pub(super) fn forget(self: &Rc<Self>, id: String) {
        if let Ok(storage) = self.storage() {
            spawn_local(async move { drop(storage.delete(&id).await) });
        }
    }

    /// Saves a run under a name of its own.
    pub fn save(self: &Rc<Self>, slot: usize) {
        let controller = self.clone();
        self.attempt(async move {
            let storage = controller.storage()?;
            let kept = controller.checkpoint(slot as u32).await?;
            let Some(held) = controller.inner.borrow().held[slot].clone() else { return Ok(()) };
            let record = controller.signals().runs.with_untracked(|runs| {
                let run = runs[slot].as_ref()?;
                Some(Record::of(run, &held, slot as u32, &kept, Some(words::plan_title(&run.plan))))
            });
            let Some(record) = record else { return Ok(()) };
            storage.put(&record, &kept.file).await.map_err(|why| words::not_kept(text::RUN_NAMES[slot], &why))?;
            controller.signals().said.set(words::saved(&record.name));
            let whole = |runs: &Runs| runs[slot].as_ref().is_some_and(|run| run.state == RunState::Finished);
            if controller.signals().runs.with_untracked(whole) {
                // Nothing is left that a closed tab could lose.
                controller.forget(held.id);
            }
            controller.list(false).await;
            Ok(())
        });
    }

    /// Takes a saved run up in a slot.
    pub fn load(self: &Rc<Self>, record: Arc<Record>, slot: u32) {
        let controller = self.clone();
        self.attempt(async move {
            let file =
                controller.storage()?.file(&record.id).await.map_err(|why| words::not_loaded(&record.name, &why))?;
            controller.resume(slot, (*record).clone(), file).await
        });
    }

    /// Opens a saved run's network in Explore.
    pub fn look_at(self: &Rc<Self>, record: Arc<Record>) {
        let controller = self.clone();
        self.attempt(async move {
            let file =
                controller.storage()?.file(&record.id).await.map_err(|why| words::not_loaded(&record.name, &why))?;
            let note = words::opened_note(record.probe(), record.epoch);
            controller.explore(record.name.clone(), note, file);
            Ok(())
        });
    }

    /// Takes up the runs that an earlier visit left, in their order.
    pub fn accept(self: &Rc<Self>) {
        let offers = self.signals().offers.get_untracked();
        self.signals().offers.set(Vec::new());
        self.store.step(|state| state.tab = Tab::Train);
        let controller = self.clone();
        self.attempt(async move {
            for slot in 0..2 {
                // Newest first: an older draft of the same place is left for another visit.
                let Some(record) = offers.iter().find(|record| record.slot == slot) else { continue };
                let file = controller
                    .storage()?
                    .file(&record.id)
                    .await
                    .map_err(|why| words::not_loaded(&record.name, &why))?;
                controller.resume(slot, (**record).clone(), file).await?;
            }
            Ok(())
        });
    }

    /// Throws the runs of an earlier visit away.
    pub fn discard(self: &Rc<Self>) {
        for record in self.signals().offers.get_untracked() {
            self.forget(record.id.clone());
        }
        self.signals().offers.set(Vec::new());
    }

    /// Deletes a saved run; until the next one is deleted or the page is closed it can be brought back.
    pub fn delete(self: &Rc<Self>, record: Arc<Record>) {
        let controller = self.clone();
        self.attempt(async move {
            let storage = controller.storage()?;
            let file = storage.file(&record.id).await.map_err(|why| words::not_loaded(&record.name, &why))?;
            storage.delete(&record.id).await.map_err(|why| words::not_deleted(&record.name, &why))?;
            controller.signals().library.update(|library| library.retain(|other| other.id != record.id));
            controller.signals().said.set(words::deleted(&record.name));
            controller.signals().deleted.set(Some(record.clone()));
            controller.inner.borrow_mut().bin = Some((record, Rc::new(file)));
            Ok(())
        });
    }

    /// Brings back what was deleted last.
    pub fn undo(self: &Rc<Self>) {
        let controller = self.clone();
        self.attempt(async move {
            let bin = controller.inner.borrow_mut().bin.take();
            let Some((record, file)) = bin else { return Ok(()) };
            controller.storage()?.put(&record, &file).await.map_err(|why| words::not_kept(&record.name, &why))?;
            controller.signals().deleted.set(None);
            controller.signals().said.set(String::new());
            controller.list(false).await;
            Ok(())
        });
    }

    /// Downloads a run: the moment looked at, or as it is now with all that is needed to go on.
    pub fn download_run(self: &Rc<Self>, slot: usize, format: Format) {
        let controller = self.clone();
        self.attempt(async move {
            let (plan, epoch, _, file) = controller.pick(slot).await?;
            controller.hand_over(&plan, epoch, file, format).await
        });
    }

    /// Downloads a saved run.
    pub fn download_record(self: &Rc<Self>, record: Arc<Record>, format: Format) {
        let controller = self.clone();
        self.attempt(async move {
            let file =
                controller.storage()?.file(&record.id).await.map_err(|why| words::not_loaded(&record.name, &why))?;
            controller.hand_over(&record.plan, record.epoch, file, format).await
        });
    }

    async fn hand_over(
        &self,
        plan: &crate::train::Plan,
        epoch: f64,
        file: Vec<u8>,
        format: Format,
    ) -> Result<(), String> {
        let (extension, (bytes, rounded)) = match format {
            Format::Safetensors => ("safetensors", (Rc::new(file), Vec::new())),
            Format::Onnx => ("onnx", self.onnx(file).await?),
        };
        let name = words::file_name(plan, epoch, extension);
        files::download(&name, &bytes).map_err(|_| words::no_download(&name))?;
        self.signals().said.set(words::downloaded(&name));
        if !rounded.is_empty() {
            self.notice(words::rounded(&rounded));
        }
        Ok(())
    }

    /// Takes a file in: a checkpoint becomes a run, any other network is opened in Explore.
    pub fn import(self: &Rc<Self>, input: web_sys::HtmlInputElement) {
        let controller = self.clone();
        self.attempt(async move {
            let Some(picked) = files::picked(&input).await else { return Ok(()) };
            let (name, file) = picked?;
            controller.take_in(name, file);
            Ok(())
        });
    }

    /// Takes a file in by what it is.
    pub(super) fn take_in(self: &Rc<Self>, name: String, file: Vec<u8>) {
        let controller = self.clone();
        self.attempt(async move {
            // Neither the page nor its engines unpack: the browser does. What it cannot unpack, the engine refuses in words.
            let file = fetch::plain(&file).await.unwrap_or_else(|_| file.clone());
            let kind = kind(&file);
            let taken = controller.signals().runs.with_untracked(|runs| [runs[0].is_some(), runs[1].is_some()]);
            match destination(kind, taken) {
                Destination::Place(place) => controller.take_up(place, file).await,
                Destination::Ask => {
                    controller.signals().asked.set(Some(Arc::new(PickedFile { name, bytes: file })));
                    Ok(())
                }
                Destination::Explore => {
                    controller.explore(name, text::OPENED.into(), file);
                    Ok(())
                }
            }
        });
    }

    /// The reader's answer to which place a checkpoint takes; `None` for neither.
    pub fn place(self: &Rc<Self>, place: Option<usize>) {
        let asked = self.signals().asked.try_update(Option::take).flatten();
        let (Some(asked), Some(place)) = (asked, place) else { return };
        let controller = self.clone();
        self.attempt(async move { controller.take_up(place, asked.bytes.clone()).await });
    }

    /// Lets a checkpoint's run go on in a place, at rest.
    async fn take_up(self: &Rc<Self>, place: usize, file: Vec<u8>) -> Result<(), String> {
        let settings = self.store.state.with_untracked(|state| state.train.clone());
        self.supply(settings.examples).await?;
        self.expect(place as u32, Held::new(0.0, settings.examples), Origin::File(file.clone()));
        self.signals().cursor.set(None);
        // The run's own ε: what the page is set to says nothing about a file.
        let probe = ProbePlan { epsilon: 0.0, ..settings.probe() };
        self.send(TrainRequest::Resume { run: place as u32, file: Bytes(file), probe, device: self.device() });
        Ok(())
    }

    /// A picked run was trained on another number of images: they are loaded, and it is tried again.
    pub(super) fn fetch_more(self: &Rc<Self>, slot: u32, images: u32) {
        let controller = self.clone();
        self.attempt(async move {
            if images > IMAGES {
                controller.inner.borrow_mut().arriving[slot as usize] = None;
                return Err(words::too_many_images(images));
            }
            controller.supply(images).await?;
            let file = {
                let mut inner = controller.inner.borrow_mut();
                let Some(arrival) = &mut inner.arriving[slot as usize] else { return Ok(()) };
                arrival.held.examples = images;
                if let Origin::File(file) = &arrival.origin { Some(file.clone()) } else { None }
            };
            if let Some(file) = file {
                let probe = ProbePlan { epsilon: 0.0, ..Settings::default().probe() };
                controller.send(TrainRequest::Resume {
                    run: slot,
                    file: Bytes(file),
                    probe,
                    device: controller.device(),
                });
            }
            Ok(())
        });
    }
}
