//! What the browser keeps of runs: records and their files, in two stores under one key each. Both are written in one transaction, so
//! that a record without its file cannot be.

use crate::app::text::train as text;
use crate::{
    app::{link::database::Database, train::record::Record},
    web,
};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;

/// The database's name.
pub const NAME: &str = "boundscope";
const RECORDS: &str = "records";
const FILES: &str = "files";

/// The database of runs. Cheap to clone. Every error is why the browser would not, in words.
#[derive(Clone)]
pub struct Storage {
    database: Database,
}

impl Storage {
    /// Opens it.
    pub async fn open() -> Result<Storage, String> {
        Ok(Storage { database: Database::open(NAME, 1, &[RECORDS, FILES]).await? })
    }

    /// Keeps a record and its file under the record's id.
    pub async fn put(&self, record: &Record, file: &[u8]) -> Result<(), String> {
        let value = web::write(record).map_err(|_| text::RECORD_UNWRITTEN)?;
        let id = record.id.as_str();
        self.database.put(&[(RECORDS, id, value), (FILES, id, Uint8Array::from(file).into())]).await
    }

    /// All records; one that this version cannot read is left out, and stays.
    pub async fn records(&self) -> Result<Vec<Record>, String> {
        let all = self.database.all(RECORDS).await?;
        Ok(all.iter().filter_map(|value| web::read::<Record>(value).ok()).collect())
    }

    /// The file of a record.
    pub async fn file(&self, id: &str) -> Result<Vec<u8>, String> {
        let value = self.database.get(FILES, id).await?;
        value.dyn_into::<Uint8Array>().map(|file| file.to_vec()).map_err(|_| text::FILE_MISSING.into())
    }

    /// Forgets a record and its file.
    pub async fn delete(&self, id: &str) -> Result<(), String> {
        self.database.delete(&[id]).await
    }
}
