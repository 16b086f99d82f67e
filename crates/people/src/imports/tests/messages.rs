//! Everything that the importer says by a code has its words in each language.

use crate::imports::sheets_out::template_fields;
use crate::imports::texts;
use crate::imports::*;
use crate::intake::{Entity, Reason};
use platform::i18n::{Locale, has};
use platform::sheets::{Cell, SheetRow};

fn check(prefix: &str, codes: impl IntoIterator<Item = String>) {
    for code in codes {
        for locale in Locale::ALL {
            let key = format!("{prefix}-{}", code.replace(['.', '_'], "-"));
            assert!(has(*locale, &key), "{locale}: {key}");
        }
    }
}

/// Codes that stand in the source of the reader and of the kernel's loose values.
fn codes_in_source() -> Vec<String> {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut codes = Vec::new();
    for folder in ["src/imports", "../kernel/src", "../kernel/src/loose"] {
        for entry in std::fs::read_dir(here.join(folder)).expect("folder").flatten() {
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            let text = text.split("#[cfg(test)]").next().unwrap_or("");
            for part in text.split('"').skip(1).step_by(2) {
                let subject = part.split('.').next().unwrap_or("");
                let known = ["phone", "name", "vin", "plate", "date", "number", "flag", "gender", "key", "row", "cell"];
                let plain = part.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '_');
                if part.matches('.').count() == 1 && known.contains(&subject) && plain && !part.ends_with('.') {
                    codes.push(part.to_owned());
                }
            }
        }
    }
    assert!(codes.len() > 25, "{codes:?}");
    codes
}

#[test]
fn 每个代号_都有说法() {
    check("import-fault", codes_in_source());
    check("import-field", Kind::ALL.into_iter().flat_map(fields_of).map(|f| f.code().to_owned()));
    check("import-state", State::ALL.iter().map(|s| s.key().to_owned()));
    check("import-doing", State::ALL.iter().map(|s| s.key().to_owned()));
    check("import-verdict", RowVerdict::ALL.iter().map(|v| v.key().to_owned()));
    check("import-thing", Entity::ALL.iter().map(|e| e.key().to_owned()).chain(["task".to_owned()]));
    check("import-kept", Reason::ALL.iter().map(|r| r.key().to_owned()));
    check("import-kept", ["task-started", "task-held", "task-settled"].map(str::to_owned));
    let remedies = [
        Remedy::FillIn,
        Remedy::RetypePhone,
        Remedy::RetypeVin,
        Remedy::RetypePlate,
        Remedy::RetypeDate,
        Remedy::Shorten,
    ];
    check("import-remedy", remedies.map(|r| r.code().to_owned()));
    for kind in Kind::ALL {
        check("import-new", [format!("{}-new", kind.code()), format!("{}-known", kind.code())]);
    }
    check("import-kind", Kind::ALL.map(|k| k.code().to_owned()).into_iter().chain(["auto".to_owned()]));
    check("import-sum-new", Kind::ALL.map(|k| k.code().to_owned()));
}

/// Notes and columns are named by intake.
#[test]
fn 比对的说法_齐全() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/intake");
    let (mut notes, mut columns) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(here).expect("folder").flatten() {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        for opening in ["Note::bare(\"", "Note::turned(\""] {
            notes
                .extend(text.split(opening).skip(1).filter_map(|p| p.split_once('"')).map(|(code, _)| code.to_owned()));
        }
        for opening in ["take!(", "told!("] {
            let names = text.split(opening).skip(1).filter_map(|p| p.split_once(',')).map(|(name, _)| name.to_owned());
            columns.extend(names.filter(|n| n.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
        }
    }
    assert!(notes.len() > 5 && columns.len() > 15, "{notes:?} {columns:?}");
    check("import-note", notes);
    check("import-column", columns);
    let of_customers = "name gender birthday region channel best_time source credit_code note phone code store car";
    check("import-column", of_customers.split(' ').map(str::to_owned));
}

/// A template comes back in as it went out, in each language.
#[test]
fn 模板_每一列都认得() {
    for locale in Locale::ALL {
        for kind in Kind::ALL {
            let fields: Vec<Field> = template_fields(kind).into_iter().map(|(field, _)| field).collect();
            let cells = fields.iter().map(|f| Cell::Text(texts::field(*locale, *f))).collect();
            let layout = Layout::detect(&[SheetRow { index: 1, cells }], Some(kind)).expect("header");
            let found: Vec<_> = layout.columns.iter().map(|c| (c.field, c.certainty)).collect();
            let wanted: Vec<_> = fields.iter().map(|f| (Some(*f), Certainty::Sure)).collect();
            assert_eq!(found, wanted, "{locale} {kind:?}");
        }
    }
}
