//! Groups, stores, regions.

use kernel::{GroupId, Id, RegionId, Result, StoreId, Stores};
use platform::db::{Bind as _, Sql, Tx};
use platform::{args, keyed, row, stmt};

keyed! {
    /// How an agent dials: the page starts a `tel:` link, or shows the digits for a desk phone.
    pub enum DialMode { Tel = "tel", Digits = "digits" }
}

row! {
    /// What other capabilities show of a store. `phone` is the one it is called at.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StoreCard {
        pub id: StoreId, pub name: String, pub code: String, pub brand: Option<String>, pub city: Option<String>,
        pub phone: Option<String>, pub tz: String, pub dial_mode: DialMode, pub closed_at: Option<kernel::Millis>,
    }
}
row! {
    #[derive(Clone, Debug)]
    pub struct GroupCard { pub id: GroupId, pub name: String, pub demo: bool }
}
row! {
    #[derive(Clone, Debug)]
    pub struct Region { pub id: RegionId, pub name: String }
}

stmt!(GROUP_ADD, "INSERT INTO grp (id, name, demo, created_at) VALUES ($1,$2,$3,$4)");
stmt!(GROUP_GET, "SELECT id, name, demo FROM grp WHERE id=$1");
stmt!(GROUP_NAME, "UPDATE grp SET name=$1 WHERE id=$2");
stmt!(GROUPS, "SELECT id, name, demo FROM grp ORDER BY id LIMIT 1000");
stmt!(
    STORE_ADD,
    "INSERT INTO store (id, group_id, name, code, brand, city, phone, tz, dial_mode, created_at) \
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (group_id, code) DO NOTHING"
);
stmt!(
    STORE_SET,
    "UPDATE store SET name=$1, brand=$2, city=$3, phone=$4, tz=$5, dial_mode=$6, closed_at=$7 WHERE group_id=$8 AND id=$9"
);
stmt!(
    STORE_GET,
    "SELECT id, name, code, brand, city, phone, tz, dial_mode, closed_at FROM store WHERE group_id=$1 AND id=$2"
);
stmt!(
    STORES_ALL,
    "SELECT id, name, code, brand, city, phone, tz, dial_mode, closed_at FROM store WHERE group_id=$1 ORDER BY code, id LIMIT 2000"
);
stmt!(
    STORES_THESE,
    "SELECT id, name, code, brand, city, phone, tz, dial_mode, closed_at FROM store \
     WHERE group_id=$1 AND id IN {{ids:$2}} ORDER BY code, id LIMIT 2000"
);
stmt!(
    /// Rides assignment_by_store: open stores where nobody has a post of that store.
    STORES_EMPTY,
    "SELECT COUNT(*) AS v FROM store s WHERE s.group_id=$1 AND s.closed_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.store_id=s.id)"
);

pub async fn stores_without_staff(q: &mut impl Sql, group: GroupId) -> Result<i64> {
    q.count(&STORES_EMPTY, args![group]).await
}

stmt!(REGIONS, "SELECT id, name FROM region WHERE group_id=$1 ORDER BY id LIMIT 500");
stmt!(REGION_ADD, "INSERT INTO region (id, group_id, name) VALUES ($1,$2,$3)");
stmt!(REGION_NAME, "UPDATE region SET name=$1 WHERE group_id=$2 AND id=$3");
stmt!(REGION_EMPTY, "DELETE FROM region_store WHERE group_id=$1 AND region_id=$2");

pub async fn add_group(tx: &mut Tx, id: GroupId, name: &str, demo: bool) -> Result<()> {
    let now = tx.now();
    tx.exec(&GROUP_ADD, args![id, name, demo, now]).await.map(|_| ())
}

pub async fn group(q: &mut impl Sql, id: GroupId) -> Result<GroupCard> {
    q.get(&GROUP_GET, args![id]).await
}

pub async fn groups(q: &mut impl Sql) -> Result<Vec<GroupCard>> {
    q.all(&GROUPS, args![]).await
}

pub async fn rename_group(tx: &mut Tx, name: &str) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&GROUP_NAME, args![name, group]).await.map(|_| ())
}

/// False when the code is taken.
pub async fn add_store(tx: &mut Tx, s: &StoreCard) -> Result<bool> {
    let (group, now) = (tx.scope().group, tx.now());
    let row = args![
        s.id,
        group,
        s.name.as_str(),
        s.code.as_str(),
        s.brand.as_deref(),
        s.city.as_deref(),
        s.phone.as_deref(),
        s.tz.as_str(),
        s.dial_mode,
        now
    ];
    Ok(tx.exec(&STORE_ADD, row).await? == 1)
}

/// Everything but the code, which imports know the store by.
pub async fn set_store(tx: &mut Tx, s: &StoreCard) -> Result<()> {
    let group = tx.scope().group;
    let row = args![
        s.name.as_str(),
        s.brand.as_deref(),
        s.city.as_deref(),
        s.phone.as_deref(),
        s.tz.as_str(),
        s.dial_mode,
        s.closed_at,
        group,
        s.id
    ];
    tx.exec(&STORE_SET, row).await.map(|_| ())
}

pub async fn store(q: &mut impl Sql, group: GroupId, id: StoreId) -> Result<StoreCard> {
    q.get(&STORE_GET, args![group, id]).await
}

/// By code.
pub async fn stores(q: &mut impl Sql, group: GroupId, which: &Stores) -> Result<Vec<StoreCard>> {
    match which {
        Stores::All => q.all(&STORES_ALL, args![group]).await,
        Stores::These(ids) => q.all(&STORES_THESE, args![group, ids.as_slice()]).await,
    }
}

pub async fn regions(q: &mut impl Sql, group: GroupId) -> Result<Vec<Region>> {
    q.all(&REGIONS, args![group]).await
}

pub async fn add_region(tx: &mut Tx, id: RegionId, name: &str) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&REGION_ADD, args![id, group, name]).await.map(|_| ())
}

pub async fn rename_region(tx: &mut Tx, id: RegionId, name: &str) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&REGION_NAME, args![name, group, id]).await.map(|_| ())
}

pub async fn set_region_stores(tx: &mut Tx, id: RegionId, stores: &[Id<kernel::Store>]) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&REGION_EMPTY, args![group, id]).await?;
    let rows: Vec<_> = stores.iter().map(|s| vec![id.bind(), s.bind(), group.bind()]).collect();
    tx.bulk("region_store", &["region_id", "store_id", "group_id"], rows, "").await.map(|_| ())
}
