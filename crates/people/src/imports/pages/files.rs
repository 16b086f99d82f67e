//! Files that go out.

use std::path::{Path as FilePath, PathBuf};

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use kernel::{ImportId, Problem, Result};
use platform::http::{Answer, Desk, Ui};
use platform::{audit, transact};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use super::words;
use crate::imports::field::Kind;
use crate::imports::sheets_out::{RejectedFile, Template, Words, template_fields};
use crate::imports::state::RowVerdict;
use crate::imports::store::{self, Batch, StagedRow, Which};
use crate::imports::texts;
use crate::imports::verbs;
use crate::imports::workshop::Workshop;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub async fn template(desk: Desk, Path(kind): Path<String>) -> Answer {
    let kind = Kind::from_code(&kind).ok_or(Problem::NotFound)?;
    let ui = desk.ui();
    let columns = template_fields(kind).into_iter().map(|(field, must)| {
        let hint = ui.t(&format!("import-hint-{}", hint(field))).into_owned();
        (words::field(&ui, field), must, hint)
    });
    let file = Template {
        title: ui.v("import-kind", kind.code()).into_owned(),
        columns: columns.collect(),
        notes_title: ui.t("import-template-notes").into_owned(),
        notes_head: ["import-template-column", "import-template-need", "import-template-hint"]
            .map(|k| ui.t(k).into_owned()),
        must: ui.t("import-template-must").into_owned(),
        may: ui.t("import-template-may").into_owned(),
    };
    let scratch = Workshop::of(desk.app()).make_folder().await?;
    let bytes = tokio::task::spawn_blocking(move || file.bytes(&scratch)).await.map_err(Problem::internal)?;
    let body = Body::from(bytes.map_err(Problem::internal)?);
    Ok(attachment(&format!("{}.xlsx", ui.v("import-kind", kind.code())), body))
}

/// Which hint a column gets.
fn hint(field: crate::imports::Field) -> &'static str {
    use crate::imports::Field::*;
    match field {
        OpenedAt | SettledAt | DeliveredOn | Birthday | PurchasedOn => "date",
        Phone | OwnerPhone | VisitorPhone | OtherPhone => "phone",
        Plate => "plate",
        Vin => "vin",
        Mileage => "mileage",
        Estimate | Amount | Labour | Parts | Price => "money",
        Appointment => "flag",
        StoreCode => "store",
        Visitor => "visitor",
        Items => "items",
        Status => "status",
        Number | WorkType | Owner | Brand | Series | Model | Colour | Advisor | IdentityKind | Consultant | Code
        | Gender | BirthdayKind | Region | PreferredChannel | PreferredTime | Source | Organisation | CreditCode
        | Contact | ContactRole | FleetSize | Note => "text",
    }
}

/// Numbers leave in full here: they are to be mended. Hence the note in the audit.
pub async fn rejected(desk: Desk, Path(id): Path<ImportId>) -> Answer {
    let batch = verbs::find(&mut desk.reads(), desk.scope(), id).await?;
    if batch.counts.rejected == 0 || batch.blob_path.is_empty() {
        return Err(Problem::NotFound.into());
    }
    let after = json!({ "rows": batch.counts.rejected });
    transact!(desk.db(), desk.scope(), |tx| {
        audit::note(tx, "import.rejected_downloaded", "import", id.raw(), &Value::Null, &after).await
    })?;
    let path = write_rejected(&desk, &batch).await?;
    let stem = batch.file_name.rsplit_once('.').map_or(batch.file_name.as_str(), |(stem, _)| stem);
    let ui = desk.ui();
    let body = stream(&path).await?;
    Ok(attachment(&ui.k("import-rejected-name").s("name", stem).to_string(), body))
}

async fn write_rejected(desk: &Desk, batch: &Batch) -> Result<PathBuf> {
    let shop = Workshop::of(desk.app());
    let folder = shop.make_folder().await?;
    // Swept away like a torn upload, should the program be killed meanwhile.
    let path = folder.join(format!("{}-{}.part", batch.id, desk.db().new_id::<kernel::Import>()));
    let ui = desk.ui();
    // Page by page into the writer, which waits on a thread of its own: nobody holds all rows.
    let (send, rows) = tokio::sync::mpsc::channel::<Vec<StagedRow>>(1);
    let (whole, to) = (batch.clone(), path.clone());
    let written = tokio::task::spawn_blocking(move || fill(&ui, &whole, rows, &folder, &to));
    let mut after = 0;
    loop {
        let which = Which::Verdict(RowVerdict::Rejected);
        let some = store::shown(&mut desk.reads(), batch.group_id, batch.id, which, after, 500).await?;
        let Some(last) = some.last() else { break };
        after = last.seq;
        if send.send(some).await.is_err() {
            break;
        }
    }
    drop(send);
    written.await.map_err(Problem::internal)??;
    Ok(path)
}

fn fill(
    ui: &Ui,
    batch: &Batch,
    mut rows: tokio::sync::mpsc::Receiver<Vec<StagedRow>>,
    scratch: &FilePath,
    to: &FilePath,
) -> Result<()> {
    let reason = |said: &crate::imports::RowSaid| texts::reasons(ui.locale(), &said.faults);
    let field = |field| words::field(ui, field);
    let texts = Words { field: &field, reason: &reason, reason_title: ui.t("import-reason").into_owned() };
    let mut file = RejectedFile::new(scratch, &batch.mapping, texts).map_err(Problem::internal)?;
    while let Some(some) = rows.blocking_recv() {
        for row in &some {
            file.row(row).map_err(Problem::internal)?;
        }
    }
    file.save(to).map_err(Problem::internal)
}

/// The file as it is read; it is gone once it is open.
async fn stream(path: &FilePath) -> Result<Body> {
    let file = tokio::fs::File::open(path).await.map_err(Problem::internal)?;
    tokio::fs::remove_file(path).await.map_err(Problem::internal)?;
    let pieces = futures_util::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; 64 << 10];
        let n = file.read(&mut piece).await?;
        piece.truncate(n);
        Ok::<_, std::io::Error>((n > 0).then_some((Bytes::from(piece), file)))
    });
    Ok(Body::from_stream(pieces))
}

fn attachment(name: &str, body: Body) -> Response {
    let encoded: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}"));
    let mut answer = ([(header::CONTENT_TYPE, XLSX)], body).into_response();
    answer
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    answer
}
