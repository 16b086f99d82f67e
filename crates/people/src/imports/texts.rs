//! Faults in words, for pages, for the file of rejected rows and for the command line.

use platform::i18n::{Locale, Msg, text};

use super::field::Field;
use super::note::RowFault;

fn key(prefix: &str, code: &str) -> String {
    format!("{prefix}-{}", code.replace(['.', '_'], "-"))
}

pub(super) fn field(locale: Locale, field: Field) -> String {
    text(locale, &key("import-field", field.code()), &[]).into_owned()
}

pub(super) fn said(locale: Locale, at: Field, code: &str, arg: Option<&str>) -> String {
    Msg::new(locale, key("import-fault", code)).s("field", field(locale, at)).s("arg", arg.unwrap_or("")).to_string()
}

/// 手机少 3 位
pub(super) fn fault(locale: Locale, fault: &RowFault) -> String {
    said(locale, fault.field, &fault.code, fault.arg.as_deref())
}

pub(super) fn remedy(locale: Locale, fault: &RowFault) -> String {
    text(locale, &key("import-remedy", fault.remedy.code()), &[]).into_owned()
}

/// All faults of a row, each with what to do.
pub(super) fn reasons(locale: Locale, faults: &[RowFault]) -> String {
    let dot = text(locale, "import-colon", &[]);
    let one = |f: &RowFault| format!("{}{dot}{}", fault(locale, f), remedy(locale, f));
    faults.iter().map(one).collect::<Vec<_>>().join(&text(locale, "import-semicolon", &[]))
}

/// `sheet.too_large 52428800` → what is wrong, and what to do.
pub(super) fn file_fault(locale: Locale, stored: &str) -> (String, String) {
    let (code, limit) = stored.split_once(' ').unwrap_or((stored, ""));
    let limit: u64 = limit.parse().unwrap_or(0);
    // Bytes are told in MB.
    let limit = if code.ends_with("too_large") { limit >> 20 } else { limit };
    let key = key("import-failed", code);
    let what = Msg::new(locale, key.clone()).n("limit", limit).to_string();
    (what, text(locale, &format!("{key}-remedy"), &[]).into_owned())
}
