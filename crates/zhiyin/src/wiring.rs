//! What is wired to what. Reads like a list.

use std::net::SocketAddr;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use contact::followup::{CallRecorded, CallRevoked, RecallLapsed, SubjectKind};
use contact::{cases, followup, scripts, today};
use futures_util::future::BoxFuture;
use insight::reports;
use kernel::Cap;
use kernel::Result;
use people::customers::{self, CustomerOptedOut};
use people::identity::{self, CalendarChanged, StaffLeft};
use people::imports::{self, ImportHooks};
use people::intake;
use people::search;
use people::vehicles::{
    self, DeliveriesCancelled, DeliveriesRecorded, DeliveryMoved, RepairOrdersCancelled, RepairOrdersRecorded,
};
use platform::db::Db;
use platform::events::Wire;
use platform::http::{App, NavItem, Need, Routes, Slots, Who, assets, sse};
use platform::jobs::{Every, Worker};
use platform::transact;

use crate::{health, pages};

/// Who hears what, in this order, in the same transaction.
pub fn wire() -> Wire {
    Wire::default()
        // A visit or a delivery becomes a follow-up.
        .listen(|tx, e: &RepairOrdersRecorded| Box::pin(followup::on_repair_orders(tx, e)))
        .listen(|tx, e: &RepairOrdersCancelled| Box::pin(followup::on_repair_orders_cancelled(tx, e)))
        .listen(|tx, e: &DeliveriesRecorded| Box::pin(followup::on_deliveries(tx, e)))
        .listen(|tx, e: &DeliveriesCancelled| Box::pin(followup::on_deliveries_cancelled(tx, e)))
        .listen(|tx, e: &DeliveryMoved| Box::pin(followup::on_delivery_moved(tx, e)))
        .listen(|tx, e: &CustomerOptedOut| Box::pin(followup::on_opted_out(tx, e)))
        // A bad answer becomes a case, in the transaction of the answer; a call taken back takes its case along.
        .listen(|tx, e: &CallRecorded| Box::pin(cases::on_call(tx, e)))
        .listen(|tx, e: &CallRevoked| Box::pin(cases::on_revoked(tx, e)))
        .listen(|tx, e: &RecallLapsed| Box::pin(cases::on_recall_lapsed(tx, e)))
        // Leaving staff hand over what is theirs.
        .listen(|tx, e: &CalendarChanged| Box::pin(followup::recalendar::on_calendar_changed(tx, e)))
        .listen(|tx, e: &CalendarChanged| Box::pin(cases::on_calendar_changed(tx, e)))
        .listen(|tx, e: &StaffLeft| Box::pin(followup::on_staff_left(tx, e)))
        .listen(|tx, e: &StaffLeft| Box::pin(cases::on_staff_left(tx, e)))
}

/// What imports ask of follow-up, which they may not know.
pub fn import_hooks() {
    imports::wire(ImportHooks {
        foresee: |q, scope, store, kind, news, first| {
            Box::pin(async move {
                let Some(subject) = subject_of(kind) else { return Ok(vec![imports::Outlook::default(); news.len()]) };
                let (now, events) = (q.now(), news.iter().map(upcoming).collect::<Vec<_>>());
                let seen = followup::imports::foresee(q, scope, store, subject, &events, first, now).await?;
                let outlook = |o: followup::imports::Outlook| imports::Outlook {
                    plans: o.plans,
                    late: o.late,
                    held: o.held,
                    early: o.early,
                };
                Ok(seen.into_iter().map(outlook).collect())
            })
        },
        reveal: |tx, import| Box::pin(followup::imports::reveal_import(tx, import)),
        undo: |tx, import, kind, subjects| {
            Box::pin(async move {
                let Some(subject) = subject_of(kind) else { return Ok(Vec::new()) };
                let kept = followup::imports::undo_import_tasks(tx, import, subject, subjects).await?;
                Ok(kept.into_iter().map(|k| (k.subject_id, k.reason)).collect())
            })
        },
        planned: |q, scope, import| Box::pin(followup::imports::planned_by(q, scope.group, import)),
        days_back: |q, group, store| Box::pin(followup::imports::days_back(q, group, store)),
        restart: |tx, store| Box::pin(followup::imports::forget_start(tx, store)),
    });
}

fn upcoming(news: &intake::News) -> followup::imports::Upcoming {
    followup::imports::Upcoming {
        subject: news.subject,
        customer: news.customer,
        visitor: news.visitor.clone(),
        line: news.line,
        opened_on: news.opened_on,
        settled_on: news.settled_on,
    }
}

fn subject_of(kind: imports::Kind) -> Option<SubjectKind> {
    match kind {
        imports::Kind::RepairOrders => Some(SubjectKind::RepairOrder),
        imports::Kind::Deliveries => Some(SubjectKind::Delivery),
        imports::Kind::Customers => None,
    }
}

/// Places in pages that capabilities above fill.
pub fn slots() -> Slots {
    Slots::default()
        .fill("call.case_fields", |desk, id| Box::pin(cases::call_fields(desk, id)))
        .fill("call.recall", |desk, id| Box::pin(cases::call_recall(desk, id)))
        .fill("today.figures", |desk, id| Box::pin(reports::today_figures(desk, id)))
        .fill("today.admin", |desk, _| Box::pin(pages::admin_today(desk)))
        .fill("today.alerts", |desk, id| Box::pin(followup::today_alerts(desk, id)))
        .fill("me.keys", |desk, id| Box::pin(followup::key_rows(desk, id)))
        .fill("scripts.case_kinds", |desk, id| Box::pin(cases::kind_lines(desk, id)))
        .fill("today.cases", |desk, id| Box::pin(cases::today_cases(desk, id)))
        .fill("customer.actions", |desk, id| Box::pin(followup::inbound_button(desk, id)))
        .fill("customer.actions", |desk, id| Box::pin(cases::open_button(desk, id)))
        .fill("customer.cases", |desk, id| Box::pin(cases::customer_cases(desk, id)))
}

/// The menu.
pub fn nav() -> Vec<NavItem> {
    let item = |section, label, href, caps| NavItem { label, href, caps, section, also: &[] };
    let queue = item("", "nav-queue", "/queue", &[Cap::CallWork, Cap::QueueSee][..]);
    let work = vec![
        item("", "nav-today", "/", &[]),
        NavItem { also: &["/bookings"], ..queue },
        item("", "nav-cases", "/cases", &[Cap::CaseRead][..]),
        item("", "nav-reports", "/reports", &[Cap::ReportRead][..]),
    ];
    let manage = vec![
        item("nav-manage", "nav-scripts", "/scripts", &[Cap::RuleEdit][..]),
        item("nav-manage", "nav-rules", "/rules", &[Cap::RuleEdit][..]),
    ];
    [work, customers::nav(""), manage, imports::nav("nav-manage"), identity::nav("nav-manage")].concat()
}

/// Every route of the product.
pub fn routes() -> Routes {
    Routes::new()
        .get("/livez", Need::Public, health::live)
        .get("/readyz", Need::Public, health::ready)
        .get("/metrics", Need::Public, health::metrics)
        .get("/events", Need::SignedIn, sse::stream)
        .get("/static/{path}", Need::Public, static_file)
        .get("/sw.js", Need::Public, service_worker)
        .get("/offline", Need::Public, pages::offline)
        .get("/drafts", Need::SignedIn, pages::drafts)
        .get("/counts", Need::SignedIn, pages::counts)
        .get("/notices", Need::SignedIn, pages::notices)
        .merge(today::routes())
        .merge(followup::routes())
        .merge(cases::routes())
        .merge(reports::routes())
        .merge(scripts::routes())
        .merge(customers::routes())
        .merge(vehicles::routes())
        .merge(search::routes())
        .merge(imports::routes())
        .merge(identity::routes())
}

async fn static_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    assets::serve(&path, &headers).await
}

async fn service_worker(headers: HeaderMap) -> Response {
    assets::serve("sw.js", &headers).await
}

pub fn workers() -> Vec<Worker> {
    [search::workers(), customers::finder::workers(), imports::workers(), followup::workers(), cases::workers()]
        .concat()
}

pub fn every() -> Vec<Every> {
    [identity::jobs(), customers::finder::jobs(), followup::jobs(), cases::jobs(), reports::jobs(), imports::jobs()]
        .concat()
}

pub fn load_session(db: Db, token: String) -> BoxFuture<'static, Result<Option<Who>>> {
    Box::pin(async move { identity::load_session(&db, &token).await })
}

/// Whether this is a demonstration database.
/// # Errors
/// As the database answers.
pub async fn is_demo(db: &Db) -> anyhow::Result<bool> {
    let groups = identity::groups(&mut db.reads()).await?;
    Ok(!groups.is_empty() && groups.iter().all(|g| g.demo))
}

/// What is printed at start: the setup link of an empty installation; in a demonstration a way in for everybody,
/// on loopback only.
/// # Errors
/// As the database answers.
pub async fn announce(app: &App, address: SocketAddr) -> anyhow::Result<()> {
    let origin = format!("http://{address}");
    if let Some(token) = identity::setup_link(&app.db).await? {
        println!("setup {origin}/links/{token}");
    }
    if app.demo && address.ip().is_loopback() {
        // A group of any size has hundreds: some of each role are enough.
        let mut of_role: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
        for (group, user, name, role) in identity::link::demo_people(&mut app.db.reads()).await? {
            let told = of_role.entry(role.clone()).or_default();
            *told += 1;
            if *told > 4 {
                continue;
            }
            let scope = kernel::Scope::system(group, None);
            let token = transact!(app.db, &scope, |tx| { identity::link::demo_link(tx, user).await })?;
            println!("signin {role} {origin}/links/{token} {name}");
        }
    }
    Ok(())
}
