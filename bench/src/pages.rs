//! Pages over HTTP, each beside its floor; saving calls; memory and the first answer.

use std::time::{Duration, Instant};

use anyhow::ensure;
use kernel::{CustomerId, GroupId, StoreId, UserId};
use platform::db::{Db, One, Sql as _};
use platform::{args, row, stmt};

use crate::Asked;
use crate::floor::Inside;
use crate::load::{self, Ask, Line, Speed, measure as speed};
use crate::place::{Place, nothing};
use crate::server::{self, Server};
use crate::table::{Table, ms, ratio};

stmt!(BENCH_STORE, "SELECT id AS k, group_id AS v FROM store ORDER BY id LIMIT 1");
stmt!(BENCH_ENDS, "SELECT MIN(customer_id) AS k, MAX(customer_id) AS v FROM customer_store WHERE store_id=$1");
stmt!(
    BENCH_SAMPLE,
    "SELECT c.id, c.name, p.digits, v.plate FROM customer_store s JOIN customer c ON c.id=s.customer_id \
     JOIN customer_phone p ON p.customer_id=c.id JOIN ownership o ON o.customer_id=c.id JOIN vehicle v ON v.id=o.vehicle_id \
     WHERE s.store_id=$1 AND s.customer_id >= $2 AND p.rank=1 AND c.kind='person' ORDER BY s.customer_id LIMIT 4"
);
stmt!(BENCH_LOGIN, "SELECT id AS v FROM app_user WHERE login=$1");
stmt!(BENCH_AGENTS, "SELECT id AS v FROM app_user WHERE login LIKE 'agent%' ORDER BY login LIMIT 40");
stmt!(
    BENCH_QUEUE,
    "SELECT id AS v FROM contact WHERE store_id=$1 AND agent_id=$2 AND state='open' ORDER BY due_at, id LIMIT 60"
);
stmt!(BENCH_HOME, "SELECT store_id AS v FROM assignment WHERE user_id=$1 AND store_id IS NOT NULL LIMIT 1");

row! {
    #[derive(Clone)]
    pub struct Sample { pub id: CustomerId, pub name: String, pub digits: String, pub plate: String }
}

/// Somebody at the first store, and some of its customers from all of its years.
pub struct Cast {
    pub group: GroupId,
    pub store: StoreId,
    pub samples: Vec<Sample>,
}

pub async fn cast(db: &Db) -> anyhow::Result<Cast> {
    let mut reads = db.reads();
    let (store, group): (StoreId, GroupId) = reads.get(&BENCH_STORE, args![]).await?;
    let (first, last): (i64, i64) = reads.get(&BENCH_ENDS, args![store]).await?;
    let mut samples: Vec<Sample> = Vec::new();
    for n in 0..16 {
        let from = first + (last - first) / 16 * n;
        samples.extend(reads.all::<Sample>(&BENCH_SAMPLE, args![store, from]).await?);
    }
    if samples.len() < 16 {
        return nothing("customers");
    }
    Ok(Cast { group, store, samples })
}

pub async fn person(db: &Db, login: &str) -> anyhow::Result<UserId> {
    let found: One<UserId> = db.reads().get(&BENCH_LOGIN, args![login]).await?;
    Ok(found.0)
}

fn search(cookie: &str, q: &str) -> Ask {
    Ask::post("/search", cookie, &[("q".into(), q.into())]).with("hx-request", "true")
}

/// What is measured: name, requests.
pub fn asks(cast: &Cast, agent: &str, supervisor: &str, office: &str) -> Vec<(&'static str, Vec<Ask>)> {
    let tail = |s: &Sample| s.digits.chars().skip(7).collect::<String>();
    let two = |s: &Sample| s.name.chars().take(2).collect::<String>();
    let part = |s: &Sample| s.plate.chars().skip(2).take(4).collect::<String>();
    let each = |f: &dyn Fn(&Sample) -> Ask| cast.samples.iter().map(f).collect::<Vec<_>>();
    let store = cast.store;
    vec![
        ("sign-in page", vec![Ask::get("/sign-in", "")]),
        ("search: end of a phone", each(&|s| search(agent, &tail(s)))),
        ("search: two characters", each(&|s| search(agent, &two(s)))),
        ("search: part of a plate", each(&|s| search(agent, &part(s)))),
        ("search: whole name, head office", each(&|s| search(office, &s.name))),
        ("customer", each(&|s| Ask::get(format!("/customers/{}", s.id), agent))),
        ("list of customers", vec![Ask::get("/customers", agent)]),
        ("queue", vec![Ask::get("/queue", agent)]),
        ("today", vec![Ask::get("/", agent)]),
        ("cases", vec![Ask::get("/cases", supervisor)]),
        ("report: month, one store", vec![Ask::get(format!("/reports?period=last-month&store={store}"), supervisor)]),
        ("report: month, group", vec![Ask::get("/reports?period=last-month", office)]),
        ("report: three years, group", vec![Ask::get("/reports?from=2023-12-01&to=2026-11-18", office)]),
    ]
}

/// Nobody searches as often as a load does: the limit counts, and is never reached.
async fn without_end(db: &Db, group: GroupId, store: StoreId) -> anyhow::Result<()> {
    let name = people::customers::watch::FRAGMENTS_HOUR.name;
    platform::transact!(db, &kernel::Scope::system(group, None), |tx| {
        platform::settings::set(tx, Some(store), name, "1000000000").await?;
        platform::settings::set(tx, None, name, "1000000000").await
    })?;
    Ok(())
}

pub async fn measure(asked: &Asked, place: &Place, table: &mut Table) -> anyhow::Result<()> {
    let inside = Inside::open(place).await?;
    let cast = cast(&inside.db).await?;
    without_end(&inside.db, cast.group, cast.store).await?;
    let server = Server::start(place, &asked.zhiyin).await?;
    let idle = server.memory();
    table.add("start to first answer", vec![("", ms(server.first_answer))], String::new(), String::new());
    let enter = async |login: &str| {
        let user = person(&inside.db, login).await?;
        server::sign_in(&inside.db, &server.host, cast.group, user).await
    };
    let agent = enter("agent001-1").await?;
    let supervisor = enter("care001").await?;
    let office = enter("hq").await?;
    let mut line = Line::open(&server.host).await?;
    let bare = load::alone(&mut line, &[Ask::get("/livez", "")]).await?;
    let livez = speed(&server.host, &[Ask::get("/livez", "")]).await?;
    add(table, "livez", livez, bare, Duration::ZERO);
    for (name, asks) in asks(&cast, &agent, &supervisor, &office) {
        let report = name.starts_with("report");
        if !asked.wants(if report { "reports" } else { "pages" }) {
            continue;
        }
        let own = inside.of(&asks).await?;
        let speed = speed(&server.host, &asks).await?;
        add(table, name, speed, bare, own);
    }
    let loaded = server.memory();
    let mib = |kib: u64| format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024);
    table.add("memory", vec![("idle", mib(idle)), ("loaded", mib(loaded))], String::new(), String::new());
    inside.db.close().await;
    Ok(())
}

fn add(table: &mut Table, name: &str, speed: Speed, bare: Duration, own: Duration) {
    let floor = bare + own;
    let figures = vec![("p50", ms(speed.p50)), ("at 16", format!("{}/s", speed.per_second)), ("p99", ms(speed.p99))];
    table.add(name, figures, ms(floor), ratio(speed.p50.as_micros(), floor.as_micros()));
}

/// One call of an open contact as its page would send it.
async fn call(line: &mut Line, cookie: &str, contact: i64, n: usize) -> anyhow::Result<Option<Ask>> {
    let page = line.ask(&Ask::get(format!("/calls/{contact}"), cookie)).await?;
    if !page.status.is_success() {
        return Ok(None);
    }
    let text = page.text();
    let task = load::between(&text, "name=\"task\" value=\"", "\"")?;
    let version = load::between(&text, "name=\"script_version\" value=\"", "\"")?;
    let fields = [
        ("client_id", format!("bench-{contact}-{n}")),
        ("task", task.to_owned()),
        ("script_version", version.to_owned()),
        ("outcome", "no_answer".to_owned()),
        ("seconds", "21".to_owned()),
        ("direction", "out".to_owned()),
    ];
    let fields: Vec<(String, String)> = fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    let ask = Ask::post(format!("/calls/{contact}/attempts"), cookie, &fields);
    Ok(Some(ask.with("zy-client", format!("bench-{contact}-{n}"))))
}

/// Saving: prepared beforehand, sent one after the other, then by many at once.
pub async fn calls(asked: &Asked, place: &Place, table: &mut Table) -> anyhow::Result<()> {
    let inside = Inside::open(place).await?;
    let cast = cast(&inside.db).await?;
    let server = Server::start(place, &asked.zhiyin).await?;
    let agents: Vec<One<UserId>> = inside.db.reads().all(&BENCH_AGENTS, args![]).await?;
    let mut line = Line::open(&server.host).await?;
    let mut ready: Vec<Vec<Ask>> = Vec::new();
    for agent in agents.iter().take(17) {
        let home: One<StoreId> = inside.db.reads().get(&BENCH_HOME, args![agent.0]).await?;
        let cookie = server::sign_in(&inside.db, &server.host, cast.group, agent.0).await?;
        let queue: Vec<One<i64>> = inside.db.reads().all(&BENCH_QUEUE, args![home.0, agent.0]).await?;
        let mut own = Vec::new();
        for (n, contact) in queue.iter().enumerate() {
            own.extend(call(&mut line, &cookie, contact.0, n).await?);
        }
        ready.push(own);
    }
    let Some(first) = ready.pop() else { return nothing("agents") };
    ensure!(first.len() > 3, "only {} contacts wait", first.len());
    let mut times = Vec::new();
    for ask in &first {
        let began = Instant::now();
        let told = line.ask(ask).await?;
        times.push(began.elapsed());
        ensure!(told.status.is_success(), "{}: {}\n{}", ask.path, told.status, told.text());
    }
    let alone = load::at(&mut times, 500);
    let began = Instant::now();
    let mut lines = tokio::task::JoinSet::new();
    for own in ready {
        let host = server.host.clone();
        lines.spawn(async move {
            let mut line = Line::open(&host).await?;
            let mut times = Vec::new();
            for ask in own {
                let at = Instant::now();
                let told = line.ask(&ask).await?;
                times.push(at.elapsed());
                ensure!(told.status.is_success(), "{}: {}", ask.path, told.status);
            }
            Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(done) = lines.join_next().await {
        all.extend(done??);
    }
    let micros = began.elapsed().as_micros().max(1);
    let count = all.len();
    let rate = u128::try_from(count).unwrap_or(0) * 1_000_000 / micros;
    let figures =
        vec![("p50", ms(alone)), ("at 16", format!("{rate}/s of {count}")), ("p99", ms(load::at(&mut all, 990)))];
    table.add("saving a call", figures, String::new(), String::new());
    inside.db.close().await;
    Ok(())
}
