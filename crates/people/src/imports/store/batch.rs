//! `import_batch`: one file on its way in. `rows_done` is the place up to which rows are dealt with: the staging
//! number, upwards while reading and applying, downwards while undoing.

use kernel::{GroupId, ImportId, Millis, Result, StoreId, UserId};
use platform::db::{One, Sql, Tx, one};
use platform::{args, row, stmt};

use crate::imports::counts::Tally;
use crate::imports::plan::{Choices, Heads, Plan};
use crate::imports::state::State;

row! {
    /// `kind`: as on the command line, `auto` until the columns are known. `blob_path`: below the data folder, empty
    /// once erased. `version` rises with every reading of the file and every decision.
    #[derive(Clone, Debug)]
    pub struct Batch {
        pub id: ImportId, pub group_id: GroupId, pub store_id: Option<StoreId>, pub kind: String, pub file_name: String,
        pub file_hash: String, pub blob_path: String, pub state: State, pub mapping: Plan, pub options: Choices,
        pub counts: Tally, pub rows_total: i64, pub rows_done: i64, pub tasks_planned: i64, pub fault: Option<String>,
        pub actor: Option<UserId>, pub created_at: Millis, pub applied_at: Option<Millis>, pub undone_at: Option<Millis>,
        pub busy_ms: i64, pub version: i64,
    }
}
row! {
    /// For lists: without the plan.
    #[derive(Clone, Debug)]
    pub struct BatchLine {
        pub id: ImportId, pub store_id: Option<StoreId>, pub kind: String, pub file_name: String, pub state: State,
        pub counts: Tally, pub rows_total: i64, pub rows_done: i64, pub tasks_planned: i64, pub actor: Option<UserId>,
        pub created_at: Millis,
    }
}
row! { pub struct Waiting { pub id: ImportId, pub group_id: GroupId, pub state: State, pub rows_done: i64, pub version: i64, pub beat_at: Millis } }
row! { pub struct Blob { pub id: ImportId, pub group_id: GroupId, pub blob_path: String } }

stmt!(
    BATCH_ADD,
    "INSERT INTO import_batch (id, group_id, store_id, kind, file_name, file_hash, blob_path, state, mapping, options, counts, \
     actor, created_at, beat_at) VALUES ($1,$2,$3,$4,$5,$6,$7,'uploaded',$8,$9,$10,$11,$12,$12)"
);
stmt!(
    BATCH_GET,
    "SELECT id, group_id, store_id, kind, file_name, file_hash, blob_path, state, mapping, options, counts, rows_total, rows_done, \
     tasks_planned, fault, actor, created_at, applied_at, undone_at, busy_ms, version FROM import_batch WHERE group_id=$1 AND id=$2"
);
// import_batch_by_store, backwards.
stmt!(
    BATCH_LIST,
    "SELECT id, store_id, kind, file_name, state, counts, rows_total, rows_done, tasks_planned, actor, created_at FROM import_batch \
     WHERE group_id=$1 AND id<$2 AND (store_id=$3 OR (store_id IS NULL AND (actor=$4 OR $5=1))) ORDER BY id DESC LIMIT 31"
);
stmt!(
    BATCH_TWIN,
    "SELECT id, store_id, kind, file_name, state, counts, rows_total, rows_done, tasks_planned, actor, created_at FROM import_batch \
     WHERE group_id=$1 AND file_hash=$2 AND id<$3 AND state='applied' AND (store_id=$4 OR store_id IS NULL) ORDER BY id DESC LIMIT 1"
);
stmt!(
    BATCH_OTHERS,
    "SELECT COUNT(*) AS v FROM (SELECT 1 AS one FROM import_batch WHERE group_id=$1 AND id<>$2 AND state='applied' \
     AND (store_id=$3 OR store_id IS NULL) LIMIT 1) t"
);
stmt!(
    BATCH_READ_AGAIN,
    "UPDATE import_batch SET state='uploaded', options=$3, version=version+1, beat_at=$5 WHERE group_id=$1 AND id=$2 AND version=$4 \
     AND state IN ('asking', 'previewed')"
);
stmt!(
    BATCH_PARSING,
    "UPDATE import_batch SET state='parsing', version=version+1, rows_done=0, rows_total=0, fault=NULL, counts='{}', beat_at=$3 \
     WHERE group_id=$1 AND id=$2 AND state IN ('uploaded', 'parsing') RETURNING version AS v"
);
stmt!(
    BATCH_STAGED,
    "UPDATE import_batch SET rows_done=$4, beat_at=$5 WHERE group_id=$1 AND id=$2 AND version=$3 AND state='parsing'"
);
stmt!(
    BATCH_PARSED,
    "UPDATE import_batch SET state=$4, kind=$5, layout=$6, mapping=$7, counts=$8, rows_total=$9, rows_done=0, store_id=$10, \
     options=$11, head=$12 WHERE group_id=$1 AND id=$2 AND version=$3 AND state='parsing'"
);
stmt!(
    BATCH_FAILED,
    "UPDATE import_batch SET state='failed', fault=$3, version=version+1 WHERE group_id=$1 AND id=$2 \
     AND state IN ('uploaded', 'parsing', 'applying', 'undoing')"
);
stmt!(
    BATCH_CONFIRMED,
    "UPDATE import_batch SET state='applying', options=$4, rows_done=0, version=version+1, beat_at=$5 WHERE group_id=$1 AND id=$2 \
     AND version=$3 AND state='previewed'"
);
stmt!(BATCH_HEADS, "SELECT head AS v FROM import_batch WHERE group_id=$1 AND id=$2");
// A failed one that had begun to write goes on where it stopped.
stmt!(
    BATCH_RESUMED,
    "UPDATE import_batch SET state=$3, fault=NULL, version=version+1, beat_at=$4 WHERE group_id=$1 AND id=$2 AND state='failed'"
);
stmt!(
    BATCH_ADVANCED,
    "UPDATE import_batch SET rows_done=$5, counts=$6, busy_ms=busy_ms+$7, beat_at=$8 \
     WHERE group_id=$1 AND id=$2 AND state=$3 AND rows_done=$4"
);
stmt!(
    BATCH_APPLIED,
    "UPDATE import_batch SET state='applied', rows_done=rows_total, applied_at=$3, tasks_planned=$4, busy_ms=busy_ms+$5, \
     version=version+1 WHERE group_id=$1 AND id=$2 AND state='applying'"
);
stmt!(
    BATCH_CANCELLED,
    "UPDATE import_batch SET state='cancelled', version=version+1 WHERE group_id=$1 AND id=$2 \
     AND state IN ('uploaded', 'parsing', 'asking', 'previewed')"
);
stmt!(
    BATCH_UNDOING,
    "UPDATE import_batch SET state='undoing', rows_done=rows_total, version=version+1, beat_at=$3 WHERE group_id=$1 AND id=$2 AND state='applied'"
);
stmt!(
    BATCH_UNDONE,
    "UPDATE import_batch SET state='undone', rows_done=0, undone_at=$3, busy_ms=busy_ms+$4, version=version+1 \
     WHERE group_id=$1 AND id=$2 AND state='undoing'"
);
stmt!(
    BATCH_WAITING,
    "SELECT id, group_id, state, rows_done, version, beat_at FROM import_batch \
     WHERE state IN ('uploaded', 'parsing', 'applying', 'undoing') AND beat_at<$1 ORDER BY id LIMIT 200"
);
stmt!(
    BATCH_EXPIRED,
    "SELECT id, group_id, blob_path FROM import_batch WHERE blob_path<>'' AND (created_at<$1 OR state='cancelled') \
     AND state NOT IN ('applying', 'undoing') ORDER BY id LIMIT 20"
);
stmt!(BATCH_ERASED, "UPDATE import_batch SET blob_path='', head='{}' WHERE group_id=$1 AND id=$2");
stmt!(
    TURN,
    "INSERT INTO import_turn (group_id, import_id, at) VALUES ($1,$2,$3) \
     ON CONFLICT (group_id) DO UPDATE SET import_id=excluded.import_id, at=excluded.at"
);

pub struct NewBatch<'a> {
    pub id: ImportId,
    pub file_name: &'a str,
    pub file_hash: &'a str,
    pub blob_path: &'a str,
    pub options: &'a Choices,
}

pub async fn add(tx: &mut Tx, new: &NewBatch<'_>) -> Result<()> {
    let (group, actor, now) = (tx.scope().group, tx.scope().user, tx.now());
    let kind = new.options.kind.map_or("auto", |kind| kind.code());
    let row = args![
        new.id,
        group,
        new.options.home,
        kind,
        new.file_name,
        new.file_hash,
        new.blob_path,
        &Plan::default(),
        new.options,
        &Tally::default(),
        actor,
        now
    ];
    tx.exec(&BATCH_ADD, row).await.map(|_| ())
}

pub async fn get(q: &mut impl Sql, group: GroupId, id: ImportId) -> Result<Batch> {
    q.get(&BATCH_GET, args![group, id]).await
}

/// The first rows of its sheets; none once erased.
pub async fn heads(q: &mut impl Sql, group: GroupId, id: ImportId) -> Result<Heads> {
    q.get::<One<Heads>>(&BATCH_HEADS, args![group, id]).await.map(|heads| heads.0)
}

/// The latest first, below `before`; `everywhere`: also files of several stores that others brought.
pub async fn list(
    q: &mut impl Sql,
    group: GroupId,
    before: i64,
    store: Option<StoreId>,
    actor: Option<UserId>,
    everywhere: bool,
) -> Result<Vec<BatchLine>> {
    q.all(&BATCH_LIST, args![group, before, store, actor, everywhere]).await
}

/// The last applied import of the very same file.
pub async fn twin(q: &mut impl Sql, batch: &Batch) -> Result<Option<BatchLine>> {
    q.opt(&BATCH_TWIN, args![batch.group_id, &batch.file_hash, batch.id, batch.store_id]).await
}

/// Whether the store has another import that stands.
pub async fn others(tx: &mut Tx, batch: &Batch, store: StoreId) -> Result<bool> {
    let found: One<i64> = tx.get(&BATCH_OTHERS, args![batch.group_id, batch.id, store]).await?;
    Ok(found.0 > 0)
}

pub async fn read_again(tx: &mut Tx, id: ImportId, version: i64, options: &Choices) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&BATCH_READ_AGAIN, args![group, id, options, version, now]).await? == 1)
}

/// The number of this reading, by which a later one shuts it out; `None` when it is not to be read.
pub async fn start_parsing(tx: &mut Tx, id: ImportId) -> Result<Option<i64>> {
    let (group, now) = (tx.scope().group, tx.now());
    let version: Vec<One<i64>> = tx.all(&BATCH_PARSING, args![group, id, now]).await?;
    Ok(one(version).map(|v| v.0))
}

pub async fn staged(tx: &mut Tx, id: ImportId, version: i64, done: i64) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&BATCH_STAGED, args![group, id, version, done, now]).await? == 1)
}

/// What the reading found.
pub struct Parsed<'a> {
    pub state: State,
    pub plan: &'a Plan,
    pub heads: &'a Heads,
    pub options: &'a Choices,
    pub tally: &'a Tally,
    pub rows_total: i64,
    pub store: Option<StoreId>,
}

pub async fn parsed(tx: &mut Tx, id: ImportId, version: i64, p: &Parsed<'_>) -> Result<bool> {
    let group = tx.scope().group;
    let kind = p.plan.kind().or(p.options.kind).map_or("auto", |kind| kind.code());
    let layout = p.plan.active().next().map(|(_, layout)| layout.fingerprint.clone());
    let row =
        args![group, id, version, p.state, kind, layout, p.plan, p.tally, p.rows_total, p.store, p.options, p.heads];
    Ok(tx.exec(&BATCH_PARSED, row).await? == 1)
}

pub async fn failed(tx: &mut Tx, id: ImportId, fault: &str) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.exec(&BATCH_FAILED, args![group, id, fault]).await? == 1)
}

pub async fn confirmed(tx: &mut Tx, id: ImportId, version: i64, options: &Choices) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&BATCH_CONFIRMED, args![group, id, version, options, now]).await? == 1)
}

pub async fn resumed(tx: &mut Tx, id: ImportId, state: State) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&BATCH_RESUMED, args![group, id, state, now]).await? == 1)
}

/// `false`: another worker was here meanwhile.
pub async fn advanced(tx: &mut Tx, batch: &Batch, to: i64, tally: &Tally, busy_ms: i64) -> Result<bool> {
    let now = tx.now();
    let row = args![batch.group_id, batch.id, batch.state, batch.rows_done, to, tally, busy_ms, now];
    Ok(tx.exec(&BATCH_ADVANCED, row).await? == 1)
}

pub async fn applied(tx: &mut Tx, id: ImportId, tasks: i64, busy_ms: i64) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&BATCH_APPLIED, args![group, id, now, tasks, busy_ms]).await? == 1)
}

pub async fn cancelled(tx: &mut Tx, id: ImportId) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.exec(&BATCH_CANCELLED, args![group, id]).await? == 1)
}

pub async fn undoing(tx: &mut Tx, id: ImportId) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&BATCH_UNDOING, args![group, id, now]).await? == 1)
}

pub async fn undone(tx: &mut Tx, id: ImportId, busy_ms: i64) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    Ok(tx.exec(&BATCH_UNDONE, args![group, id, now, busy_ms]).await? == 1)
}

/// Imports of every group that something should work on, and nothing did since `beat`.
pub async fn waiting(q: &mut impl Sql, beat: Millis) -> Result<Vec<Waiting>> {
    q.all(&BATCH_WAITING, args![beat]).await
}

/// Files and staging that have served, of every group.
pub async fn expired(q: &mut impl Sql, before: Millis) -> Result<Vec<Blob>> {
    q.all(&BATCH_EXPIRED, args![before]).await
}

pub async fn erased(tx: &mut Tx, id: ImportId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&BATCH_ERASED, args![group, id]).await.map(|_| ())
}

/// From here to the end of the transaction no other chunk of this group is written.
pub async fn take_turn(tx: &mut Tx, id: ImportId) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&TURN, args![group, id, now]).await.map(|_| ())
}
