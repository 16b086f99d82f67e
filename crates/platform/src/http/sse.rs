//! One event stream per browser: signals for this person or their store.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::StreamExt as _;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use super::{Answer, Desk, Who};
use crate::events::Signal;

/// GET /events
/// # Errors
/// Never; the type is that of a handler.
pub async fn stream(desk: Desk) -> Answer {
    let who = Arc::new(desk.who().clone());
    let signals = BroadcastStream::new(desk.db().hub().subscribe()).filter_map(move |signal| {
        let who = Arc::clone(&who);
        async move {
            match signal {
                Ok(signal) if concerns(&signal, &who) => {
                    Some(Ok::<_, Infallible>(Event::default().event(signal.kind).data(signal.data.to_string())))
                }
                Ok(_) => None,
                // Too slow a reader missed some: it reloads what it shows.
                Err(BroadcastStreamRecvError::Lagged(_)) => Some(Ok(Event::default().event("missed").data("{}"))),
            }
        }
    });
    // A stream outlives neither its session nor a role change for long: the browser comes back and is asked again.
    let limited = signals.take_until(tokio::time::sleep(Duration::from_secs(300)));
    Ok(Sse::new(limited).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response())
}

fn concerns(signal: &Signal, who: &Who) -> bool {
    signal.group == who.scope.group
        && signal.user.is_none_or(|u| u == who.user)
        && (signal.user.is_some() || signal.store.is_none() || signal.store == who.scope.store)
}
