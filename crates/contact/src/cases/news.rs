//! What notifications are about: the cases behind them, as far as whoever was told may read them now.

use std::collections::HashMap;

use kernel::{Cap, CaseId, Millis, Result, Scope, StoreId};
use platform::db::Sql;
use platform::i18n::Locale;
use platform::rulebook;

use super::kinds::KindBook;
use super::list::Sight;
use super::pages::{self, CaseLine};
use super::store;

/// Of one store, whose scope this is, by id; what is not for these eyes is left out.
/// # Errors
/// As the database answers.
pub async fn news(
    q: &mut impl Sql,
    scope: &Scope,
    ids: &[CaseId],
    locale: Locale,
    now: Millis,
) -> Result<HashMap<String, CaseLine>> {
    if ids.is_empty() || !scope.may(Cap::CaseRead) || scope.store.is_none() {
        return Ok(HashMap::new());
    }
    let rows = store::some(q, scope, &Sight::of(scope, Cap::CaseRead)?, ids).await?;
    let lines = pages::lines(q, scope, rows, locale, now).await?;
    Ok(lines.into_iter().map(|line| (line.id.clone(), line)).collect())
}

/// What a kind is called now: all that is said of a case that somebody may not read.
/// # Errors
/// As the database answers.
pub async fn kind_word(
    q: &mut impl Sql,
    scope: &Scope,
    store: StoreId,
    kind: &str,
    locale: Locale,
) -> Result<Option<String>> {
    let book = rulebook::current::<KindBook>(q, scope.group, store).await?;
    Ok(book.body.kind(kind).map(|k| k.label.in_locale(locale).into_owned()))
}
