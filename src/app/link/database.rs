//! What the browser keeps for this page, in IndexedDB: values under keys, in stores of a database. Straight on web-sys: a few calls do
//! not need a crate.
//!
//! What belongs together is written in one transaction, and is there once that is complete. Every failure is a sentence, and nothing on
//! the page depends on success.

use crate::app::text::page as text;
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode};

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    database: IdbDatabase,
    stores: &'static [&'static str],
}

fn words(error: Option<DomException>) -> String {
    let Some(error) = error else { return text::STORAGE_SILENT.into() };
    match error.name().as_str() {
        "QuotaExceededError" => text::STORAGE_FULL.into(),
        "InvalidStateError" | "SecurityError" => text::NO_STORAGE.into(),
        "VersionError" => text::STORAGE_NEWER.into(),
        name => format!("{name}: {}", error.message()),
    }
}

fn thrown(error: JsValue) -> String {
    words(error.dyn_into::<DomException>().ok())
}

/// Settles as a request does.
fn settled(request: &IdbRequest) -> Promise {
    Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    })
}

/// Waits until a request has succeeded.
async fn done(request: &IdbRequest) -> Result<JsValue, String> {
    match JsFuture::from(settled(request)).await {
        Ok(_) => request.result().map_err(thrown),
        Err(_) => Err(words(request.error().ok().flatten())),
    }
}

/// Waits until everything a transaction was told is on disk.
async fn complete(transaction: &IdbTransaction) -> Result<(), String> {
    let settled = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    JsFuture::from(settled).await.map(drop).map_err(|_| words(transaction.error()))
}

impl Database {
    /// Opens a database with these stores, and makes what is missing.
    ///
    /// # Errors
    /// As all others here: why the browser would not, in words.
    pub async fn open(name: &str, version: u32, stores: &'static [&'static str]) -> Result<Database, String> {
        let factory = leptos::prelude::window().indexed_db().map_err(thrown)?.ok_or(text::NO_INDEXEDDB)?;
        let request: IdbOpenDbRequest = factory.open_with_u32(name, version).map_err(thrown)?;
        let upgrade = Closure::<dyn Fn()>::new({
            let request = request.clone();
            move || {
                let Ok(database) = request.result().map(JsValue::unchecked_into::<IdbDatabase>) else { return };
                let present = database.object_store_names();
                for name in stores {
                    if !present.contains(name) {
                        let _ = database.create_object_store(name);
                    }
                }
            }
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let blocked = Promise::new(&mut |_, reject| request.set_onblocked(Some(&reject)));
        let opened = JsFuture::from(Promise::race(&Array::of2(&settled(&request), &blocked))).await;
        if opened.is_err() {
            return Err(match request.error() {
                Ok(error) => words(error),
                Err(_) => text::OLD_TAB.into(),
            });
        }
        let database: IdbDatabase = request.result().map_err(thrown)?.unchecked_into();
        // A later version of the page in another tab must not be blocked by this one.
        let closing = Closure::<dyn Fn()>::new({
            let database = database.clone();
            move || database.close()
        });
        database.set_onversionchange(Some(closing.as_ref().unchecked_ref()));
        closing.forget();
        Ok(Database { database, stores })
    }

    fn begin(&self, mode: IdbTransactionMode) -> Result<IdbTransaction, String> {
        let stores: Array = self.stores.iter().map(|store| JsValue::from(*store)).collect();
        self.database.transaction_with_str_sequence_and_mode(&stores, mode).map_err(thrown)
    }

    /// Keeps values, each in its store under its key: all of them or none.
    pub async fn put(&self, values: &[(&str, &str, JsValue)]) -> Result<(), String> {
        let transaction = self.begin(IdbTransactionMode::Readwrite)?;
        for (store, key, value) in values {
            let store = transaction.object_store(store).map_err(thrown)?;
            store.put_with_key(value, &JsValue::from(*key)).map_err(thrown)?;
        }
        complete(&transaction).await
    }

    /// The value under a key; `undefined` where there is none.
    pub async fn get(&self, store: &str, key: &str) -> Result<JsValue, String> {
        let store = self.begin(IdbTransactionMode::Readonly)?.object_store(store).map_err(thrown)?;
        done(&store.get(&key.into()).map_err(thrown)?).await
    }

    /// All values of a store.
    pub async fn all(&self, store: &str) -> Result<Array, String> {
        let store = self.begin(IdbTransactionMode::Readonly)?.object_store(store).map_err(thrown)?;
        done(&store.get_all().map_err(thrown)?).await.map(JsValue::unchecked_into)
    }

    /// Forgets what stands under these keys, in every store.
    pub async fn delete(&self, keys: &[&str]) -> Result<(), String> {
        let transaction = self.begin(IdbTransactionMode::Readwrite)?;
        for store in self.stores {
            let store = transaction.object_store(store).map_err(thrown)?;
            for key in keys {
                store.delete(&JsValue::from(*key)).map_err(thrown)?;
            }
        }
        complete(&transaction).await
    }
}
