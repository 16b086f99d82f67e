//! Reading a file: two passes, then the preview stands. Killed half-way, the next reading begins anew.

use kernel::{ImportId, Problem, Result, Scope, StoreDate, StoreId};
use platform::sheets::SheetFault;
use platform::transact;

use super::counts::Tally;
use super::hooks::hooks;
use super::look::{Halt, Look, has_imported};
use super::plan::{Choices, Heads, Plan, Question};
use super::stage::{EARLY, Stage};
use super::state::{RowVerdict, State};
use super::store::{self, Batch, Parsed};
use super::workshop::{Progress, Workshop, on_behalf, today};

/// Reads the file of an import that waits for it and leaves it asking, previewed or failed. Anything else is left as
/// it is, so that this may be called again at any time.
/// # Errors
/// As the database and the volume answer; the next call begins anew.
pub async fn parse(shop: &Workshop, scope: &Scope, id: ImportId) -> Result<State> {
    let db = &shop.db;
    let Some(version) = transact!(db, scope, |tx| { store::start_parsing(tx, id).await })? else {
        return Ok(store::get(&mut db.reads(), scope.group, id).await?.state);
    };
    while transact!(db, scope, |tx| { store::erase(tx, id).await })? {}
    let batch = store::get(&mut db.reads(), scope.group, id).await?;
    let scope = on_behalf(&batch);
    let state = match read(shop, &scope, &batch, version).await {
        Ok(state) => state,
        Err(Halt::Abandoned) => return Ok(State::Parsing),
        Err(Halt::Problem(problem)) => return Err(problem),
        Err(Halt::Sheet(fault)) => {
            fail(shop, &scope, &batch, &fault).await?;
            State::Failed
        }
    };
    shop.tell(batch.group_id, batch.store_id, &Progress { id, state, done: 1, total: 1 });
    Ok(state)
}

async fn fail(shop: &Workshop, scope: &Scope, batch: &Batch, fault: &SheetFault) -> Result<()> {
    tracing::info!(import = %batch.id, fault = %fault, "a file could not be read");
    let code = fault_text(fault);
    let id = batch.id;
    transact!(shop.db, scope, |tx| { store::failed(tx, id, &code).await.map(|_| ()) })
}

/// The code of the message, and its limit: `sheet.too_large 52428800`.
fn fault_text(fault: &SheetFault) -> String {
    let limit = match fault {
        SheetFault::TooLarge { limit, .. } | SheetFault::TooManyCells { limit } => Some(*limit),
        SheetFault::NoProgress { seconds } => Some(*seconds),
        SheetFault::NotASpreadsheet { .. }
        | SheetFault::Encrypted
        | SheetFault::Damaged { .. }
        | SheetFault::MemoryLimit
        | SheetFault::EmptyWorkbook
        | SheetFault::Io { .. } => None,
    };
    limit.map_or_else(|| fault.code().to_owned(), |limit| format!("{} {limit}", fault.code()))
}

async fn read(shop: &Workshop, scope: &Scope, batch: &Batch, version: i64) -> Result<State, Halt> {
    let (db, id) = (&shop.db, batch.id);
    let path = shop.blob(batch);
    let mut reads = db.reads();
    let today = today(&mut reads, batch.group_id, batch.options.home, db.clock().now()).await?;
    let tell = |done: u64, total: u64| {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let progress = Progress { id, state: State::Parsing, done: whole(done), total: whole(total) };
        shop.tell(batch.group_id, batch.store_id, &progress);
    };
    let mut look =
        Look { reads: db.reads(), group: batch.group_id, choices: &batch.options, today, heads: Heads::default() };
    let plan = look.at(&shop.exe, &path, tell).await?;
    let heads = look.heads;
    let options = choices(shop, batch, &plan, today).await?;
    let questions = plan.questions();
    let mut tally = Tally::default();
    let mut total = 0;
    if questions.iter().all(Question::can_wait) {
        let mut stage = Stage::new(shop, scope, id, version, &plan, &options.first_for, today);
        total = stage.run(&path).await?;
        tally.skipped = stage.skipped;
        tally.noted = stage.noted;
        tally.repeated = stage.repeated;
        tally.replaced = stage.replaced;
        count(shop, batch, &options.first_for, &mut tally).await?;
    }
    let state = if questions.is_empty() { State::Previewed } else { State::Asking };
    // A file for other stores than the one worked in belongs to none of them alone.
    let store = match plan.stores.as_slice() {
        [] => batch.options.home,
        [one] => Some(*one),
        _ => None,
    };
    let parsed =
        Parsed { state, plan: &plan, heads: &heads, options: &options, tally: &tally, rows_total: total, store };
    let ours = transact!(db, scope, |tx| { store::parsed(tx, id, version, &parsed).await })?;
    if ours { Ok(state) } else { Err(Halt::Abandoned) }
}

/// Fills in from which day to plan where a store imports for the first time.
async fn choices(shop: &Workshop, batch: &Batch, plan: &Plan, today: StoreDate) -> Result<Choices, Problem> {
    let mut options = batch.options.clone();
    options.first_for.clear();
    if plan.has_events() {
        let mut reads = shop.db.reads();
        for store in &plan.stores {
            if !has_imported(&mut reads, batch.group_id, *store).await? {
                options.first_for.push(*store);
            }
        }
    }
    if options.first_for.is_empty() {
        options.plan_from = None;
    } else if options.plan_from.is_none() {
        // Several stores at once: the one that looks back furthest.
        let mut back = 0;
        for store in &options.first_for {
            back = back.max((hooks().days_back)(&mut shop.db.reads(), batch.group_id, *store).await?);
        }
        options.plan_from = Some(today.days_after(-i32::try_from(back).unwrap_or(0)));
    }
    Ok(options)
}

async fn count(shop: &Workshop, batch: &Batch, first_for: &[StoreId], tally: &mut Tally) -> Result<()> {
    let mut reads = shop.db.reads();
    for row in store::counted(&mut reads, batch.group_id, batch.id).await? {
        match row.verdict {
            RowVerdict::New => {
                tally.new += row.n;
                tally.late += if row.late { row.n } else { 0 };
            }
            RowVerdict::Changed => tally.changed += row.n,
            RowVerdict::Same => tally.same += row.n,
            RowVerdict::Rejected => tally.rejected += row.n,
            RowVerdict::Skipped => {}
        }
        tally.alike += if row.alike { row.n } else { 0 };
    }
    tally.read = tally.new + tally.changed + tally.same + tally.rejected;
    for row in store::plans(&mut reads, batch.group_id, batch.id).await? {
        let first = row.store_id.is_some_and(|store| first_for.contains(&store));
        for day in row.plans.split(',') {
            match (day.parse::<StoreDate>(), first) {
                (Ok(day), true) => *tally.plan_by_day.entry(day).or_default() += row.n,
                (Ok(_), false) => tally.plan += row.n,
                (Err(_), _) if day == EARLY => tally.early += row.n,
                (Err(_), _) => tally.held += row.n,
            }
        }
    }
    Ok(())
}
