//! The serve loop: header deadline, graceful stop.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tower::Service as _;

/// How long running requests may take after the stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until `stop` ends, then lets running requests finish for at most ten seconds. Meanwhile those who ask whether
/// it lives or is ready are answered, and everybody else is told to come back.
/// # Errors
/// Only when the listener itself fails for good.
pub async fn run(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    let mut builder = hyper::server::conn::http1::Builder::new();
    // axum::serve sets none: a slow sender of headers would hold a connection for ever.
    builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10)).max_headers(64);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let Some((stream, peer)) = (tokio::select! {
            accepted = accept(&listener) => accepted,
            () = &mut stop => break,
        }) else {
            continue;
        };
        let router = router.clone();
        let service = hyper::service::service_fn(move |req| answer(router.clone(), peer, req));
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(e) = connection.await {
                tracing::debug!(error = %e, "a connection ended");
            }
        });
    }
    let mut drained = std::pin::pin!(graceful.shutdown());
    let mut patience = std::pin::pin!(tokio::time::sleep(DRAIN));
    loop {
        let accepted = tokio::select! {
            () = &mut drained => return Ok(()),
            () = &mut patience => {
                tracing::warn!("stopped with requests still running");
                return Ok(());
            }
            accepted = accept(&listener) => accepted,
        };
        let Some((stream, peer)) = accepted else { continue };
        let router = router.clone();
        let service = hyper::service::service_fn(move |req| while_stopping(router.clone(), peer, req));
        let mut last = builder.clone();
        let connection = last.keep_alive(false).serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move { connection.await.map_err(|e| tracing::debug!(error = %e, "a connection ended")) });
    }
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok((stream, peer)) => {
            let _ = stream.set_nodelay(true);
            Some((stream, peer))
        }
        Err(e) => {
            tracing::warn!(error = %e, "accept failed");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn answer(mut router: Router, peer: SocketAddr, req: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let mut req = req.map(Body::new);
    req.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
    router.call(req).await
}

/// The probes see the truth; work is for the process that comes next.
async fn while_stopping(
    router: Router,
    peer: SocketAddr,
    req: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    if matches!(req.uri().path(), "/livez" | "/readyz" | "/metrics") {
        return answer(router, peer, req).await;
    }
    let mut busy = Response::new(Body::from("stopping"));
    *busy.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    Ok(busy)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::Notify;

    use super::*;

    async fn ask(at: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(at).await.expect("connects");
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await.expect("sent");
        stream
    }

    async fn told(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("answered");
        text
    }

    #[tokio::test]
    async fn running_requests_finish_and_newcomers_are_sent_on() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let (begun, finish, stop) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let ready = Arc::new(AtomicBool::new(true));
        let slow = (Arc::clone(&begun), Arc::clone(&finish));
        let is_ready = Arc::clone(&ready);
        let router = Router::new()
            .route(
                "/slow",
                get(move || {
                    let (begun, finish) = slow.clone();
                    async move {
                        begun.notify_one();
                        finish.notified().await;
                        "done"
                    }
                }),
            )
            .route(
                "/readyz",
                get(move || {
                    let ok = is_ready.load(Ordering::SeqCst);
                    async move { if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE } }
                }),
            )
            .route("/work", get(|| async { "worked" }));
        let (asked, off) = (Arc::clone(&stop), Arc::clone(&ready));
        let serving = tokio::spawn(run(listener, router, async move {
            asked.notified().await;
            off.store(false, Ordering::SeqCst);
        }));
        let running = ask(at, "/slow").await;
        begun.notified().await;
        stop.notify_one();
        // Accepted before or after the stop was seen: in the end it says so.
        let stopping = loop {
            let answer = told_once(ask(at, "/work").await).await;
            if !answer.contains("worked") {
                break answer;
            }
        };
        assert!(stopping.starts_with("HTTP/1.1 503") && stopping.contains("retry-after: 5"), "{stopping}");
        assert!(told(ask(at, "/readyz").await).await.starts_with("HTTP/1.1 503"));
        finish.notify_one();
        assert!(told(running).await.ends_with("done"), "what was running is finished");
        serving.await.expect("ended").expect("well");
    }

    /// The first answer alone: the connection may stay.
    async fn told_once(mut stream: TcpStream) -> String {
        let mut buffer = vec![0; 4_096];
        let n = stream.read(&mut buffer).await.expect("answered");
        String::from_utf8_lossy(&buffer[..n]).into_owned()
    }
}
