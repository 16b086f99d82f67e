//! One event stream per browser: signals for this person or their store, for as long as both are as they were.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::StreamExt as _;
use kernel::{Problem, SessionId};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use super::front::cookie;
use super::{Answer, App, Desk, Who, cookie_name};
use crate::events::{SESSION, Signal};

/// Looked after beside the signals: other processes end sessions too.
const LOOK: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(300);

/// GET /events
/// # Errors
/// `Busy` when this person or the process holds too many already.
pub async fn stream(desk: Desk, headers: HeaderMap) -> Answer {
    let hub = desk.db().hub().clone();
    let who = Arc::new(desk.who().clone());
    let ticket = hub.ticket(who.user).ok_or(Problem::Busy(30))?;
    let token = cookie(&headers, cookie_name(desk.app())).unwrap_or_default().to_owned();
    let (reader, watcher) = (Arc::clone(&who), Arc::clone(&who));
    let signals = BroadcastStream::new(hub.subscribe())
        .take_while(move |signal| ready(!signal.as_ref().is_ok_and(|s| ends(s, &reader))))
        .filter_map(move |signal| {
            // The place is held while the stream lives.
            let _held = &ticket;
            ready(match signal {
                Ok(signal) if concerns(&signal, &who) => {
                    Some(Event::default().event(signal.kind).data(signal.data.to_string()))
                }
                Ok(_) => None,
                // Too slow a reader missed some: it reloads what it shows.
                Err(BroadcastStreamRecvError::Lagged(_)) => Some(Event::default().event("missed").data("{}")),
            })
        });
    let app = desk.app().clone();
    let over = async move {
        tokio::select! {
            () = hub.closed() => {}
            () = moved_elsewhere(app, token, watcher) => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
    };
    // Whoever was cut off comes back soon, and is asked again who they are.
    let hello = futures_util::stream::once(ready(Event::default().retry(Duration::from_secs(1)).comment("hello")));
    let limited = hello.chain(signals).take_until(Box::pin(over)).map(Ok::<_, Infallible>);
    Ok(Sse::new(limited).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response())
}

/// Ends when the session is over or is another's, in whatever process that was done.
async fn moved_elsewhere(app: App, token: String, who: Arc<Who>) {
    loop {
        tokio::time::sleep(LOOK).await;
        match (app.load_session)(app.db.clone(), token.clone()).await {
            Ok(Some(now)) if now.session == who.session && now.scope == who.scope => {}
            Ok(Some(_) | None) => return,
            // A database that does not answer ends nobody's session.
            Err(problem) => tracing::debug!(%problem, "a stream's session could not be looked up"),
        }
    }
}

fn ends(signal: &Signal, who: &Who) -> bool {
    let id = |key: &str| signal.data.get(key).and_then(|v| serde_json::from_value::<SessionId>(v.clone()).ok());
    signal.kind == SESSION
        && signal.group == who.scope.group
        && signal.user == Some(who.user)
        && id("only").is_none_or(|only| only == who.session)
        && id("except") != Some(who.session)
}

fn concerns(signal: &Signal, who: &Who) -> bool {
    signal.kind != SESSION
        && signal.group == who.scope.group
        && signal.user.is_none_or(|u| u == who.user)
        && (signal.user.is_some() || signal.store.is_none() || signal.store == who.scope.store)
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Scope, StoreId};

    use serde_json::json;

    use super::*;
    use crate::events::session_moved;
    use crate::i18n::Locale;

    fn who() -> Who {
        let mut scope = Scope::system(Id::new(1), Some(StoreId::new(10)));
        scope.user = Some(Id::new(3));
        Who {
            session: Id::new(7),
            user: Id::new(3),
            name: String::new(),
            title: String::new(),
            agent_number: None,
            scope,
            locale: Locale::ZhCn,
            theme: "system".into(),
            key_map: "{}".into(),
            store_name: String::new(),
            tz: "Asia/Shanghai".into(),
            stores: vec![],
            unread: 0,
        }
    }

    #[test]
    fn a_stream_ends_with_its_own_session_alone() {
        let moved = |group: i64, user: i64, only: Option<i64>, except: Option<i64>| {
            session_moved(Id::new(group), Id::new(user), only.map(Id::new), except.map(Id::new))
        };
        for (signal, want) in [
            (moved(1, 3, Some(7), None), true),
            (moved(1, 3, None, None), true),
            (moved(1, 3, None, Some(8)), true),
            (moved(1, 3, Some(8), None), false),
            (moved(1, 3, None, Some(7)), false),
            (moved(1, 4, None, None), false),
            (moved(2, 3, None, None), false),
        ] {
            assert_eq!(ends(&signal, &who()), want, "{signal:?}");
            assert!(!concerns(&signal, &who()), "no browser hears of sessions");
        }
        let news = Signal { group: Id::new(1), user: None, store: Some(Id::new(10)), kind: "case", data: json!({}) };
        assert!(concerns(&news, &who()) && !ends(&news, &who()));
        assert!(!concerns(&Signal { store: Some(Id::new(11)), ..news }, &who()), "of another store");
    }
}
