//! The bundled styles and scripts, inside the binary. Names carry a hash of the content, so browsers keep them for ever.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The worker's address never changes, so the browser asks every time.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");
const WORKER: &str = "sw.js";

/// `app.css` → `/static/app-8f2d425db6f7.css`, as `build.mjs` wrote it.
static URLS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let hashed: BTreeMap<String, String> =
        Dist::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default();
    hashed.into_iter().map(|(logical, name)| (logical, format!("/static/{name}"))).collect()
});

/// Address of a bundled file by its plain name (`app.js`, `app.css`, `icon.svg`). An unknown name gives an address that answers 404.
pub fn url(logical: &str) -> &'static str {
    URLS.get(logical).map_or("/static/unknown", String::as_str)
}

/// Answers `GET /static/{path}` and `GET /sw.js`: compressed by brotli where the browser takes it, 404 for what was not bundled.
pub async fn serve(path: &str, request: &HeaderMap) -> Response {
    let compressed = accepts_brotli(request).then(|| Dist::get(&format!("{path}.br"))).flatten();
    // Only the names themselves: `.br` files and the manifest are not pages.
    let Some(plain) = Dist::get(path).filter(|_| path == WORKER || path.contains('-')) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = HeaderValue::from_str(plain.metadata.mimetype())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut answer = Response::new(body(compressed.as_ref().map_or(&plain, |file| file)));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, if path == WORKER { ASK } else { FOREVER });
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if compressed.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    answer
}

/// Embedded in every profile (`debug-embed`): the bytes are static and are not copied.
fn body(file: &EmbeddedFile) -> Body {
    match &file.data {
        std::borrow::Cow::Borrowed(bytes) => Body::from(*bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes.clone()),
    }
}

/// `br` is listed and not refused with `q=0`.
fn accepts_brotli(request: &HeaderMap) -> bool {
    let listed = request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    listed.map(|coding| coding.split(';').map(str::trim).collect::<Vec<_>>()).any(|coding| {
        coding.first() == Some(&"br")
            && !coding.iter().any(|part| matches!(*part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn accepting(codings: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(codings))])
    }

    #[tokio::test]
    async fn hashed_names_are_kept_for_ever_and_compressed() {
        for logical in ["app.js", "app.css", "icon.svg"] {
            let name = url(logical).strip_prefix("/static/").unwrap();
            let small = serve(name, &accepting("gzip, br;q=0.9")).await;
            assert_eq!(small.status(), StatusCode::OK, "{logical}");
            assert_eq!(small.headers()[header::CONTENT_ENCODING], "br");
            assert_eq!(small.headers()[header::CACHE_CONTROL], FOREVER);
            let plain = serve(name, &accepting("gzip, br;q=0")).await;
            assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
            assert_eq!(plain.headers()[header::CONTENT_TYPE], small.headers()[header::CONTENT_TYPE]);
            let (small, plain) = (
                to_bytes(small.into_body(), 1 << 20).await.unwrap(),
                to_bytes(plain.into_body(), 1 << 20).await.unwrap(),
            );
            assert!(small.len() < plain.len(), "{logical}: {} of {} bytes", small.len(), plain.len());
        }
    }

    #[tokio::test]
    async fn the_worker_is_asked_for_every_time_and_nothing_else_is_served() {
        let worker = serve(WORKER, &HeaderMap::new()).await;
        assert_eq!(worker.headers()[header::CACHE_CONTROL], ASK);
        assert!(worker.headers()[header::CONTENT_TYPE].to_str().unwrap().contains("javascript"));
        for path in ["manifest.json", "sw.js.br", "unknown", "", "../manifest.json", "a-b.css"] {
            assert_eq!(serve(path, &HeaderMap::new()).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
