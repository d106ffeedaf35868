//! SQL that diesel has no words for on both engines.

use std::marker::PhantomData;

use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text};

/// `(a, b) > (x, y)`: the place after a row, which an index finds at once; no chain of ORs does that.
#[derive(Debug, Clone, Copy)]
pub struct RowComparison<L, R> {
    left: L,
    operator: &'static str,
    right: R,
}

/// `left > right`, column by column.
pub const fn row_after<L, R>(left: L, right: R) -> RowComparison<L, R> {
    RowComparison {
        left,
        operator: ") > (",
        right,
    }
}

/// `left < right`, column by column.
pub const fn row_before<L, R>(left: L, right: R) -> RowComparison<L, R> {
    RowComparison {
        left,
        operator: ") < (",
        right,
    }
}

impl<L, R> Expression for RowComparison<L, R> {
    type SqlType = Bool;
}
impl<L: AppearsOnTable<QS>, R: AppearsOnTable<QS>, QS: ?Sized> AppearsOnTable<QS>
    for RowComparison<L, R>
{
}
impl<L: SelectableExpression<QS>, R: SelectableExpression<QS>, QS: ?Sized> SelectableExpression<QS>
    for RowComparison<L, R>
{
}
impl<L, R> ValidGrouping<()> for RowComparison<L, R> {
    type IsAggregate = is_aggregate::No;
}
impl<L, R> QueryId for RowComparison<L, R> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<L: QueryFragment<DB>, R: QueryFragment<DB>, DB: Backend> QueryFragment<DB>
    for RowComparison<L, R>
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        self.left.walk_ast(out.reborrow())?;
        out.push_sql(self.operator);
        self.right.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// `column IN (SELECT …)` for a query that holds a boxed condition: diesel's own `eq_any` wants it for each
/// engine apart, and a box is for both.
#[derive(Debug, Clone, Copy)]
pub struct Within<C, Q> {
    column: C,
    query: Q,
}

/// `column IN (query)`; the query stands for itself and selects one column of the same type.
pub const fn within<C, Q>(column: C, query: Q) -> Within<C, Q> {
    Within { column, query }
}

impl<C: Expression, Q> Expression for Within<C, Q> {
    type SqlType = Bool;
}
impl<C: AppearsOnTable<QS>, Q, QS: ?Sized> AppearsOnTable<QS> for Within<C, Q> {}
impl<C, Q> ValidGrouping<()> for Within<C, Q> {
    type IsAggregate = is_aggregate::No;
}
impl<C, Q> QueryId for Within<C, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<C: QueryFragment<DB>, Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Within<C, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (");
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// `SELECT key, count(*) FROM (SELECT DISTINCT key, …) GROUP BY key`: how many different rows there are for each
/// key. `count(DISTINCT …)` would say the same, but PostgreSQL sorts all rows for it, on disk where they are many.
#[derive(Debug, Clone, Copy)]
pub struct DistinctPerKey<K, Q> {
    key: &'static str,
    rows: Q,
    sql_type: PhantomData<K>,
}

/// Counts the rows of a query that selects distinct ones; `key` is the name of its first column, of type `K`.
pub const fn distinct_per_key<K, Q>(key: &'static str, rows: Q) -> DistinctPerKey<K, Q> {
    DistinctPerKey {
        key,
        rows,
        sql_type: PhantomData,
    }
}

impl<K, Q> Query for DistinctPerKey<K, Q> {
    type SqlType = (K, BigInt);
}
impl<K, Q, C> RunQueryDsl<C> for DistinctPerKey<K, Q> {}
impl<K, Q> QueryId for DistinctPerKey<K, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<K, Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for DistinctPerKey<K, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_identifier(self.key)?;
        out.push_sql(", count(*) FROM (");
        self.rows.walk_ast(out.reborrow())?;
        out.push_sql(") AS found GROUP BY ");
        out.push_identifier(self.key)
    }
}

/// A query with `LIMIT` and its number written out. Diesel binds the number, and PostgreSQL then takes a tenth of the
/// table for it: a plan made for all numbers looks so dear beside one for fifty rows that it plans every page anew, which
/// takes longer than reading it.
#[derive(Debug, Clone, Copy)]
pub struct FirstRows<Q> {
    query: Q,
    step: &'static str,
}

/// At least the first `rows` rows of a query, which has no limit of its own: of a few fixed numbers the next one, since
/// each is a statement that every connection keeps prepared.
pub fn first_rows<Q>(query: Q, rows: i64) -> FirstRows<Q> {
    let step = match rows {
        ..=2 => " LIMIT 2",
        3..=11 => " LIMIT 11",
        12..=26 => " LIMIT 26",
        27..=51 => " LIMIT 51",
        52..=101 => " LIMIT 101",
        _ => " LIMIT 201",
    };
    FirstRows { query, step }
}

impl<Q: Query> Query for FirstRows<Q> {
    type SqlType = Q::SqlType;
}
impl<Q, C> RunQueryDsl<C> for FirstRows<Q> {}
impl<Q> QueryId for FirstRows<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for FirstRows<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(self.step);
        Ok(())
    }
}

/// `CAST(sum(column) AS BIGINT)` of a group, so never of nothing: the plain sum of bigint is numeric on PostgreSQL and an
/// integer on SQLite. Beyond 64 bits both engines refuse the statement.
#[derive(Debug, Clone, Copy)]
pub struct SumOfCents<C>(C);

/// The sum of a column of cents in a group.
pub const fn sum_of_cents<C: Expression<SqlType = BigInt>>(column: C) -> SumOfCents<C> {
    SumOfCents(column)
}

impl<C> Expression for SumOfCents<C> {
    type SqlType = BigInt;
}
impl<C: AppearsOnTable<QS>, QS: ?Sized> AppearsOnTable<QS> for SumOfCents<C> {}
impl<C: SelectableExpression<QS>, QS: ?Sized> SelectableExpression<QS> for SumOfCents<C> {}
impl<C, GB> ValidGrouping<GB> for SumOfCents<C> {
    type IsAggregate = is_aggregate::Yes;
}
impl<C> QueryId for SumOfCents<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<C: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for SumOfCents<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("CAST(sum(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS BIGINT)");
        Ok(())
    }
}

/// `column = 'word'` with the word written out, for partial indexes: a bound value does not tell a planner that the index
/// holds all it asks for.
#[derive(Debug, Clone, Copy)]
pub struct IsWord<C> {
    column: C,
    quoted: &'static str,
}

/// The condition; `quoted` is the word in its quotation marks, as it stands in the index.
pub const fn is_word<C: Expression<SqlType = Text>>(column: C, quoted: &'static str) -> IsWord<C> {
    IsWord { column, quoted }
}

impl<C> Expression for IsWord<C> {
    type SqlType = Bool;
}
impl<C: AppearsOnTable<QS>, QS: ?Sized> AppearsOnTable<QS> for IsWord<C> {}
impl<C: SelectableExpression<QS>, QS: ?Sized> SelectableExpression<QS> for IsWord<C> {}
impl<C> ValidGrouping<()> for IsWord<C> {
    type IsAggregate = is_aggregate::No;
}
impl<C> QueryId for IsWord<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<C: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for IsWord<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ");
        out.push_sql(self.quoted);
        Ok(())
    }
}

/// `column IN ('a', 'b')` with the words written out, for partial indexes as well.
#[derive(Debug, Clone, Copy)]
pub struct IsOneOf<C> {
    column: C,
    quoted: &'static str,
}

/// The condition; `quoted` is the list with its brackets, as it stands in the index.
pub const fn is_one_of<C: Expression<SqlType = Text>>(
    column: C,
    quoted: &'static str,
) -> IsOneOf<C> {
    IsOneOf { column, quoted }
}

impl<C> Expression for IsOneOf<C> {
    type SqlType = Bool;
}
impl<C: AppearsOnTable<QS>, QS: ?Sized> AppearsOnTable<QS> for IsOneOf<C> {}
impl<C: SelectableExpression<QS>, QS: ?Sized> SelectableExpression<QS> for IsOneOf<C> {}
impl<C> ValidGrouping<()> for IsOneOf<C> {
    type IsAggregate = is_aggregate::No;
}
impl<C> QueryId for IsOneOf<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<C: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for IsOneOf<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN ");
        out.push_sql(self.quoted);
        Ok(())
    }
}
