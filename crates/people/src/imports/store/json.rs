//! Plans, choices and tallies are stored as JSON text; what an older version wrote is read with defaults.

use kernel::{Problem, Result};
use platform::db::{Bind, Col, Row, Val};

use crate::imports::counts::Tally;
use crate::imports::plan::{Choices, Heads, Plan, reread_units};

macro_rules! json {
    ($($t:ty => |$v:ident| $mend:expr),* $(,)?) => { $(
        impl Col for $t {
            fn get_opt(row: &Row<'_>, column: &str) -> Result<Option<Self>> {
                let Some(text) = String::get_opt(row, column)? else { return Ok(None) };
                let mut read: Self = serde_json::from_str(&text).map_err(Problem::internal)?;
                let mend: fn(&mut Self) = |$v| $mend;
                mend(&mut read);
                Ok(Some(read))
            }
        }
        impl Bind for &$t {
            const NULL: Val = Val::T(None);
            fn bind(self) -> Val {
                serde_json::to_string(self).unwrap_or_else(|_| "{}".into()).bind()
            }
        }
    )* };
}

json! {
    Plan => |plan| plan.sheets.iter_mut().filter_map(|s| s.layout.as_mut()).for_each(|l| reread_units(&mut l.columns)),
    Choices => |_choices| (),
    Tally => |_tally| (),
    Heads => |_heads| (),
}
