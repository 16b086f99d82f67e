//! What the program writes into its log: references and ids, never whom it is about.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use super::access::secrets;
use super::house::House;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The whole story is told, then people look, search, mistype and are refused, all at the level of debugging.
#[tokio::test]
async fn the_log_names_nobody() {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("debug,sqlx=debug,hyper=info"))
        .with_writer(kept.clone())
        .with_ansi(false)
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let house = House::lite().await;
    let known = secrets(&house).await;
    let mut client = house.signed_in("沈雯").await;
    for path in ["/", "/queue?view=all", "/customers", "/cases", "/reports", "/people", "/customers/1", "/nothing"] {
        client.get(path).await;
    }
    for secret in known.iter().take(40) {
        client.post("/search", &[("q", secret)]).await;
    }
    // Fewer: a shop that mistypes all the time is slowed down.
    for secret in known.iter().rev().take(8) {
        client.post("/sign-in", &[("login", secret), ("password", secret)]).await;
    }
    client.post("/customers", &[("name", "陈晓帆"), ("phone", "138")]).await;
    tracing::info!("the end of the story");
    let log = String::from_utf8_lossy(&kept.0.lock().expect("lock")).into_owned();
    assert!(log.contains("the end of the story") && log.lines().count() > 40, "{} lines", log.lines().count());
    let told: Vec<&String> = known.iter().filter(|s| log.contains(s.as_str())).collect();
    assert!(told.is_empty(), "the log tells {told:?}");
}
