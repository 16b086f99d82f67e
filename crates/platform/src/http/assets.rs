//! placeholder until the browser files are merged
pub fn url(_logical: &str) -> &'static str {
    ""
}
