use std::path::PathBuf;

/// Real data outside the repository; absent is a notice, unless `ZHIYIN_REQUIRE_DATA=1`.
pub(crate) fn read(path: &str) -> Option<String> {
    let root = std::env::var_os("ZHIYIN_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    match std::fs::read_to_string(root.join(path)) {
        Ok(text) => Some(text),
        Err(cause) => {
            assert!(
                std::env::var_os("ZHIYIN_REQUIRE_DATA").is_none_or(|v| v != "1"),
                "test data {path} required: {cause}"
            );
            eprintln!("notice: {path} not found, test skipped");
            None
        }
    }
}
