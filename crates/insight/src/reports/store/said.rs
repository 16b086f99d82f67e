//! What customers answered and remarked, and what agents did: counted by the day of the call.

use kernel::{Result, UserId};
use platform::db::Sql;
use platform::{args, row, stmt};

use super::{Question, days_lite, days_pg, each_lite, each_pg, spans};
use crate::reports::model::{AgentWork, Said};

row! { struct SaidRow { span: String, question: String, option_key: String, effect: String, n: i64 } }

macro_rules! said {
    ($days:expr, $each:ident) => {
        concat!(
            "WITH ", spans!("call", $days),
            " SELECT span, question, option_key, effect, CAST(SUM(n) AS BIGINT) AS n FROM (",
            "SELECT d.span, d.question, d.option_key, d.effect, d.n FROM clean k ",
            $each!("report_said", "d", "d.store_id=k.store_id AND d.unit=k.unit AND d.span=k.span"),
            " AND d.group_id=$1 \
             UNION ALL SELECT y.day AS span, a.question, a.option_key, a.effect, COUNT(*) AS n FROM dirty e JOIN days y ON y.day=e.day ",
            $each!("answer", "a", "a.store_id=e.store_id AND a.at >= y.from_at AND a.at < y.to_at"),
            " AND a.group_id=$1 AND a.revoked=0 AND a.option_key IS NOT NULL GROUP BY y.day, a.question, a.option_key, a.effect \
             UNION ALL SELECT y.day AS span, '' AS question, r.mark AS option_key, 'remark' AS effect, COUNT(*) AS n FROM dirty e \
             JOIN days y ON y.day=e.day ",
            $each!(
                "remark",
                "r",
                "r.store_id=e.store_id AND r.mark IN ('praise','suggestion','complaint','question') AND r.at >= y.from_at AND r.at < y.to_at"
            ),
            // The plus keeps SQLite from making an index of the whole table for these two.
            " AND +r.group_id=$1 AND +r.revoked=0 AND r.mark IN ('praise','suggestion','complaint','question') GROUP BY y.day, r.mark) x \
             GROUP BY span, question, option_key, effect ORDER BY question, option_key, effect, span"
        )
    };
}
stmt!(REPORT_SAID, lite: said!(days_lite!("$5"), each_lite), pg: said!(days_pg!("$5"), each_pg));

// Asked about some calls only: $3 days, $4 agent or 0, $5 kind or '', $6 class or '', $7 brand or '*'.
macro_rules! said_of {
    ($days:expr) => {
        concat!(
            "WITH ", $days,
            " SELECT y.day AS span, a.question, a.option_key, a.effect, COUNT(*) AS n FROM days y CROSS JOIN (SELECT id FROM store WHERE id IN {{ids:$2}}) s JOIN answer a ON a.store_id=s.id \
             AND a.at >= y.from_at AND a.at < y.to_at JOIN attempt t ON t.id=a.attempt_id JOIN task k ON k.id=a.task_id WHERE a.group_id=$1 \
             AND a.revoked=0 AND a.option_key IS NOT NULL AND (CAST($4 AS BIGINT) = 0 OR t.agent_id = $4) \
             AND ($5 = '' OR k.kind = $5) AND ($6 = '' OR k.class = $6) AND ($7 = '*' OR k.brand = $7) \
             GROUP BY y.day, a.question, a.option_key, a.effect \
             UNION ALL SELECT y.day AS span, '' AS question, r.mark AS option_key, 'remark' AS effect, COUNT(*) AS n FROM days y \
             CROSS JOIN (SELECT id FROM store WHERE id IN {{ids:$2}}) s JOIN remark r ON r.store_id=s.id AND r.at >= y.from_at \
             AND r.at < y.to_at JOIN attempt t ON t.id=r.attempt_id \
             LEFT JOIN task k ON k.id=r.task_id WHERE r.group_id=$1 AND r.revoked=0 \
             AND r.mark IN ('praise','suggestion','complaint','question') AND (CAST($4 AS BIGINT) = 0 OR t.agent_id = $4) \
             AND ($5 = '' OR k.kind = $5) AND ($6 = '' OR k.class = $6) AND ($7 = '*' OR k.brand = $7) \
             GROUP BY y.day, r.mark ORDER BY question, option_key, effect, span"
        )
    };
}
stmt!(REPORT_SAID_OF, lite: said_of!(days_lite!("$3")), pg: said_of!(days_pg!("$3")));

/// Answers and remarks, by day; over more than a quarter by month where a month is counted whole.
pub async fn said(q: &mut impl Sql, ask: &Question) -> Result<Vec<Said>> {
    let rows: Vec<SaidRow> = if ask.is_whole() && ask.one_zone {
        let by_month = ask.period.days() > crate::reports::period::QUARTER;
        q.all(&REPORT_SAID, ask.span_args(by_month)?).await?
    } else {
        q.all(&REPORT_SAID_OF, some_args(ask)?).await?
    };
    let said = rows.into_iter().map(|r| Said {
        span: r.span,
        question: r.question,
        option: r.option_key,
        effect: r.effect,
        n: r.n,
    });
    Ok(said.collect())
}

fn some_args(ask: &Question) -> Result<platform::db::Args> {
    let agent = ask.agent.map_or(0, kernel::Id::raw);
    let brand = ask.brand.as_deref().unwrap_or("*");
    Ok(args![ask.group, &ask.stores, ask.days_json(false)?, agent, &ask.kind, &ask.class, brand])
}

row! { struct AgentRow { agent_id: UserId, attempts: i64, reached: i64, talk: i64 } }
macro_rules! calls {
    ($days:expr, $each:ident) => {
        concat!(
            "WITH ",
            spans!("call", $days),
            " SELECT agent_id, CAST(SUM(attempts) AS BIGINT) AS attempts, CAST(SUM(reached) AS BIGINT) AS reached, \
             CAST(SUM(talk) AS BIGINT) AS talk FROM (",
            "SELECT d.agent_id, d.attempts, d.reached, d.talk FROM clean k ",
            $each!("report_call", "d", "d.store_id=k.store_id AND d.unit=k.unit AND d.span=k.span"),
            " AND d.group_id=$1 \
             UNION ALL SELECT a.agent_id, COUNT(*) AS attempts, SUM(a.reached) AS reached, \
             SUM(CASE WHEN a.reached=1 THEN a.seconds ELSE 0 END) AS talk FROM dirty e JOIN days y ON y.day=e.day ",
            $each!("attempt", "a", "a.store_id=e.store_id AND a.ended_at >= y.from_at AND a.ended_at < y.to_at"),
            " AND a.group_id=$1 AND a.revoked_at IS NULL GROUP BY a.agent_id) x GROUP BY agent_id ORDER BY agent_id"
        )
    };
}
stmt!(REPORT_CALLS, lite: calls!(days_lite!("$5"), each_lite), pg: calls!(days_pg!("$5"), each_pg));
// Asked about some calls only: those about a task that fits.
macro_rules! calls_of {
    ($days:expr) => {
        concat!(
            "WITH ", $days,
            " SELECT a.agent_id, COUNT(*) AS attempts, CAST(SUM(a.reached) AS BIGINT) AS reached, \
             CAST(SUM(CASE WHEN a.reached=1 THEN a.seconds ELSE 0 END) AS BIGINT) AS talk FROM days y \
             CROSS JOIN (SELECT id FROM store WHERE id IN {{ids:$2}}) s JOIN attempt a ON a.store_id=s.id AND a.ended_at >= y.from_at \
             AND a.ended_at < y.to_at WHERE a.group_id=$1 \
             AND a.revoked_at IS NULL AND (CAST($4 AS BIGINT) = 0 OR a.agent_id = $4) AND (($5 = '' AND $6 = '' AND $7 = '*') \
             OR EXISTS (SELECT 1 FROM attempt_task x JOIN task k ON k.id=x.task_id WHERE x.attempt_id=a.id \
             AND ($5 = '' OR k.kind = $5) AND ($6 = '' OR k.class = $6) AND ($7 = '*' OR k.brand = $7))) \
             GROUP BY a.agent_id ORDER BY a.agent_id"
        )
    };
}
stmt!(REPORT_CALLS_OF, lite: calls_of!(days_lite!("$3")), pg: calls_of!(days_pg!("$3")));

/// Calls by agent, with those that reached somebody.
pub async fn agents(q: &mut impl Sql, ask: &Question) -> Result<Vec<AgentWork>> {
    let rows: Vec<AgentRow> = if ask.is_whole() && ask.one_zone {
        q.all(&REPORT_CALLS, ask.span_args(true)?).await?
    } else {
        q.all(&REPORT_CALLS_OF, some_args(ask)?).await?
    };
    let work = rows.into_iter().map(|r| AgentWork {
        agent: Some(r.agent_id),
        attempts: r.attempts,
        reached: r.reached,
        talk_seconds: r.talk,
    });
    Ok(work.collect())
}
