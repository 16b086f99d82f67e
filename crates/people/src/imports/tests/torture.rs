//! Every file that nobody here wrote gets an answer: rows, a question, or a fault with what to do about it.

use super::files::root;
use super::world::Yard;
use crate::imports::texts::file_fault;
use crate::imports::*;
use platform::i18n::{Locale, has};
use std::collections::BTreeMap;
use testkit::World;

#[tokio::test]
async fn 折磨文件_个个有回答() {
    let Some(folder) = root("spreadsheet_torture") else { return };
    let w = World::lite(platform::events::Wire::default()).await;
    let yard = Yard::new(&w).await;
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    let mut manifest = csv::Reader::from_path(folder.join("manifest.csv")).expect("manifest");
    for record in manifest.records() {
        let name = record.expect("record")[0].to_owned();
        let batch = yard.read(&folder.join(&name)).await;
        let answer = match batch.state {
            State::Previewed => "preview".to_owned(),
            State::Asking => {
                assert!(!batch.mapping.questions().is_empty(), "{name}");
                "question".to_owned()
            }
            State::Failed => {
                let fault = batch.fault.clone().unwrap_or_default();
                for locale in Locale::ALL {
                    let (what, remedy) = file_fault(*locale, &fault);
                    assert!(!what.starts_with("import-") && !remedy.starts_with("import-"), "{name}: {fault}");
                }
                fault
            }
            State::Uploaded
            | State::Parsing
            | State::Applying
            | State::Applied
            | State::Undoing
            | State::Undone
            | State::Cancelled => panic!("{name}: {:?}", batch.state),
        };
        *answers.entry(answer).or_default() += 1;
    }
    eprintln!("{answers:?}");
    assert!(answers.values().sum::<usize>() > 80);
    assert!(answers.get("question").is_some_and(|n| *n > 40), "most list nothing that we know: {answers:?}");
}

#[test]
fn 每种文件错误_都有说法和办法() {
    for code in platform::sheets::SheetFault::CODES.iter().chain(&["read", "apply", "undo"]) {
        for locale in Locale::ALL {
            let key = format!("import-failed-{}", code.replace(['.', '_'], "-"));
            assert!(has(*locale, &key) && has(*locale, &format!("{key}-remedy")), "{key}");
        }
    }
}
