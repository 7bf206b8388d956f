//! What the browser keeps for this page: records of runs and their files, in IndexedDB.
//!
//! Two object stores, `records` and `files`, under one key each; both are written in one transaction, so that a record
//! without its file cannot be. Every failure is a sentence, and nothing on the page depends on success.

use crate::app::text::train as text;
use crate::{app::train::record::Record, web};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode};

const NAME: &str = "boundscope";
const VERSION: u32 = 1;
const RECORDS: &str = "records";
const FILES: &str = "files";

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    database: IdbDatabase,
}

fn words(error: Option<DomException>) -> String {
    let Some(error) = error else { return "it did not say why".into() };
    match error.name().as_str() {
        "QuotaExceededError" => "its storage for this page is full".into(),
        "InvalidStateError" | "SecurityError" => text::NO_STORAGE.into(),
        "VersionError" => "a newer version of this page has been here".into(),
        name => format!("{name}: {}", error.message()),
    }
}

fn thrown(error: JsValue) -> String {
    words(error.dyn_into::<DomException>().ok())
}

/// Waits until a request has succeeded.
async fn done(request: &IdbRequest) -> Result<JsValue, String> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(settled).await {
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

impl Storage {
    /// Opens the database.
    pub async fn open() -> Result<Storage, String> {
        let factory = leptos::prelude::window().indexed_db().map_err(thrown)?.ok_or(text::NO_INDEXEDDB)?;
        let request: IdbOpenDbRequest = factory.open_with_u32(NAME, VERSION).map_err(thrown)?;
        let upgrade = Closure::<dyn Fn()>::new({
            let request = request.clone();
            move || {
                let Ok(database) = request.result().map(JsValue::unchecked_into::<IdbDatabase>) else { return };
                let present = database.object_store_names();
                for name in [RECORDS, FILES] {
                    if !present.contains(name) {
                        let _ = database.create_object_store(name);
                    }
                }
            }
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let blocked = Promise::new(&mut |_, reject| request.set_onblocked(Some(&reject)));
        let opened = Promise::new(&mut |resolve, reject| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&reject));
        });
        let settled = JsFuture::from(Promise::race(&Array::of2(&opened, &blocked))).await;
        if settled.is_err() {
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
        Ok(Storage { database })
    }

    fn begin(&self, mode: IdbTransactionMode) -> Result<IdbTransaction, String> {
        let stores = Array::of2(&RECORDS.into(), &FILES.into());
        self.database.transaction_with_str_sequence_and_mode(&stores, mode).map_err(thrown)
    }

    /// Keeps a record and its file under the record's id.
    pub async fn put(&self, record: &Record, file: &[u8]) -> Result<(), String> {
        let value = web::write(record).map_err(|_| "the record could not be written")?;
        let transaction = self.begin(IdbTransactionMode::Readwrite)?;
        let key = JsValue::from(record.id.as_str());
        for (store, value) in [(RECORDS, value), (FILES, Uint8Array::from(file).into())] {
            let store = transaction.object_store(store).map_err(thrown)?;
            store.put_with_key(&value, &key).map_err(thrown)?;
        }
        complete(&transaction).await
    }

    /// All records; one that this version cannot read is left out, and stays.
    pub async fn records(&self) -> Result<Vec<Record>, String> {
        let store = self.begin(IdbTransactionMode::Readonly)?.object_store(RECORDS).map_err(thrown)?;
        let all: Array = done(&store.get_all().map_err(thrown)?).await?.unchecked_into();
        Ok(all.iter().filter_map(|value| web::read::<Record>(value).ok()).collect())
    }

    /// The file of a record.
    pub async fn file(&self, id: &str) -> Result<Vec<u8>, String> {
        let store = self.begin(IdbTransactionMode::Readonly)?.object_store(FILES).map_err(thrown)?;
        let value = done(&store.get(&id.into()).map_err(thrown)?).await?;
        value.dyn_into::<Uint8Array>().map(|file| file.to_vec()).map_err(|_| "its file is missing".into())
    }

    /// Forgets a record and its file.
    pub async fn delete(&self, id: &str) -> Result<(), String> {
        let transaction = self.begin(IdbTransactionMode::Readwrite)?;
        for store in [RECORDS, FILES] {
            transaction.object_store(store).map_err(thrown)?.delete(&id.into()).map_err(thrown)?;
        }
        complete(&transaction).await
    }
}
