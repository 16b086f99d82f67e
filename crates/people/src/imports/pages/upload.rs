//! A file comes in: streamed to the data volume, hashed on the way, never held in memory.

use std::path::Path;
use std::time::Duration;

use axum::extract::Multipart;
use axum::extract::multipart::{Field as Part, MultipartRejection};
use axum::http::HeaderValue;
use kernel::{ImportId, Problem, Result};
use platform::http::{Answer, Desk};
use platform::transact;
use sha2::{Digest as _, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use super::list;
use crate::imports::field::Kind;
use crate::imports::verbs::{self, NewFile};
use crate::imports::workshop::{FOLDER, Workshop};

/// A line that says nothing for so long is gone.
const IDLE: Duration = Duration::from_secs(60);

pub async fn create(desk: Desk, form: std::result::Result<Multipart, MultipartRejection>) -> Answer {
    let form = form.map_err(|_| Problem::Refused("form-expected"))?;
    match receive(&desk, form).await {
        Ok(id) => {
            let to = format!("/imports/{id}");
            let mut answer = desk.see_other(&to)?;
            // The upload's script goes there.
            if let Ok(value) = HeaderValue::from_str(&to) {
                answer.headers_mut().insert("zy-next", value);
            }
            Ok(answer)
        }
        Err(Problem::Invalid(errors)) => list::again(&desk, &errors).await,
        Err(other) => Err(other.into()),
    }
}

async fn receive(desk: &Desk, mut form: Multipart) -> Result<ImportId> {
    let shop = Workshop::of(desk.app());
    let bound = desk.app().config.import_mib.saturating_mul(1 << 20);
    let folder = shop.make_folder().await?;
    let id: ImportId = desk.db().new_id();
    let part = folder.join(format!("{id}.part"));
    let mut kind = None;
    let mut taken = None;
    let outcome = loop {
        let field = match tokio::time::timeout(IDLE, form.next_field()).await {
            Ok(Ok(Some(field))) => field,
            Ok(Ok(None)) => break Ok(()),
            Ok(Err(_)) => break Err(Problem::invalid("file", "import.broken-off")),
            Err(_) => break Err(Problem::invalid("file", "import.broken-off")),
        };
        match field.name() {
            Some("file") if taken.is_none() && field.file_name().is_some_and(|name| !name.is_empty()) => {
                let name = clean_name(field.file_name().unwrap_or_default());
                match store(field, &part, bound).await {
                    Ok(hash) => taken = Some((name, hash)),
                    Err(problem) => break Err(problem),
                }
            }
            Some("kind") => kind = field.text().await.ok().and_then(|code| Kind::from_code(code.trim())),
            Some(_) | None => {}
        }
    };
    let finished = match (outcome, taken) {
        (Err(problem), _) => Err(problem),
        (Ok(()), None) => Err(Problem::invalid("file", "import.no-file")),
        (Ok(()), Some((name, hash))) => {
            keep(desk, &folder, &part, NewFile { id, name, hash, path: String::new(), kind }).await
        }
    };
    if finished.is_err() {
        let _ = tokio::fs::remove_file(&part).await;
    }
    finished.map(|()| id)
}

/// Writes the part to `path`; answers its SHA-256 in hex.
async fn store(mut part: Part<'_>, path: &Path, bound: u64) -> Result<String> {
    let mut file = private(path).await?;
    let mut hash = Sha256::new();
    let mut bytes: u64 = 0;
    loop {
        let chunk = match tokio::time::timeout(IDLE, part.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => break,
            Ok(Err(_)) | Err(_) => return Err(Problem::invalid("file", "import.broken-off")),
        };
        bytes += chunk.len() as u64;
        if bytes > bound {
            let mut errors = kernel::FieldErrors::default();
            errors.add_with("file", "import.file-too-large", (bound >> 20).to_string());
            return Err(Problem::Invalid(errors));
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(full_or_broken)?;
    }
    if bytes == 0 {
        return Err(Problem::invalid("file", "import.file-empty"));
    }
    file.sync_all().await.map_err(full_or_broken)?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// For nobody but the program.
async fn private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).await.map_err(full_or_broken)
}

fn full_or_broken(error: std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::StorageFull
        | std::io::ErrorKind::ReadOnlyFilesystem
        | std::io::ErrorKind::QuotaExceeded => Problem::ReadOnly,
        _ => Problem::internal(error),
    }
}

async fn keep(desk: &Desk, folder: &Path, part: &Path, mut file: NewFile) -> Result<()> {
    let name = stored_name(file.id, &file.name);
    file.path = format!("{FOLDER}/{name}");
    let at = folder.join(&name);
    tokio::fs::rename(part, &at).await.map_err(full_or_broken)?;
    let brought = transact!(desk.db(), desk.scope(), |tx| { verbs::bring(tx, &file, true).await });
    if brought.is_err() {
        let _ = tokio::fs::remove_file(&at).await;
    }
    brought
}

/// The id, and the ending where it is a plain one: the reader takes `.tsv` as a hint.
pub(in crate::imports) fn stored_name(id: ImportId, name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    match ending.filter(|e| (1..=5).contains(&e.len()) && e.chars().all(|c| c.is_ascii_alphanumeric())) {
        Some(ending) => format!("{id}.{ending}"),
        None => id.to_string(),
    }
}

/// The last part of a path, without control characters, at most 120 characters.
pub(in crate::imports) fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String = last.chars().filter(|c| !c.is_control()).take(120).collect();
    let clean = clean.trim();
    if clean.is_empty() { "?".into() } else { clean.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 文件名_只留最后一段() {
        for (raw, shown, stored) in [
            ("维修 2026-11.xlsx", "维修 2026-11.xlsx", "7.xlsx"),
            (r"C:\fakepath\a.XLS", "a.XLS", "7.xls"),
            ("../../etc/passwd", "passwd", "7"),
            ("a\u{0}\n.tsv", "a.tsv", "7.tsv"),
            ("x.tar.gz/", "?", "7"),
            ("a.文件", "a.文件", "7"),
        ] {
            let name = clean_name(raw);
            assert_eq!((name.as_str(), stored_name(ImportId::new(7), &name).as_str()), (shown, stored), "{raw:?}");
        }
    }
}
