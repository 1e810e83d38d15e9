"""The functions a definition may use; what is not here is refused, never guessed."""

from __future__ import annotations

from sqlglot import exp

# An allow-list, because `now()` and its like hide as anonymous functions from any deny-list.
SCALARS: tuple[type[exp.Expr], ...] = (
    exp.Abs,
    exp.Ceil,
    exp.Coalesce,
    exp.Concat,
    exp.DateDiff,
    exp.Day,
    exp.DayOfWeek,
    exp.DPipe,
    exp.Exp,
    exp.Extract,
    exp.Floor,
    exp.Greatest,
    exp.Hour,
    exp.If,
    exp.Least,
    exp.Length,
    exp.Ln,
    exp.Lower,
    exp.Minute,
    exp.Month,
    exp.Nullif,
    exp.Pow,
    exp.Quarter,
    exp.Round,
    exp.Sign,
    exp.Sqrt,
    exp.Substring,
    exp.TimestampTrunc,
    exp.Trim,
    exp.Upper,
    exp.Year,
)

AGGREGATES: tuple[type[exp.Expr], ...] = (
    exp.Avg,
    exp.Count,
    exp.CountIf,
    exp.LogicalAnd,
    exp.LogicalOr,
    exp.Max,
    exp.Median,
    exp.Min,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Sum,
    exp.Variance,
    exp.VariancePop,
)

# The correctly rounded sum of floating point numbers, which no order of addition can change: `EXACT_SUM(x)`. Authors write
# SUM; plans that add up part by part say EXACT_TOTAL(EXACT_MERGE(part)) over EXACT_PART(x) instead. Engines know how.
EXACT_SUM = "EXACT_SUM"
EXACT_PART = "EXACT_PART"
EXACT_MERGE = "EXACT_MERGE"
EXACT_TOTAL = "EXACT_TOTAL"

# Other floating point arithmetic depends on the order of its operands; these get one.
ORDER_SENSITIVE: tuple[type[exp.Expr], ...] = (exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Sum, exp.Variance, exp.VariancePop)

# Functions that stand before OVER only.
WINDOW_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.DenseRank,
    exp.FirstValue,
    exp.Lag,
    exp.LastValue,
    exp.Lead,
    exp.Rank,
    exp.RowNumber,
)

# Of those and of windowed aggregates, the ones whose answer depends on the order of tied rows.
TIE_SENSITIVE: tuple[type[exp.Expr], ...] = (exp.FirstValue, exp.Lag, exp.LastValue, exp.Lead, exp.RowNumber)

# Everything else a tree may hold.
STRUCTURE: tuple[type[exp.Expr], ...] = (
    exp.Add,
    exp.Alias,
    exp.And,
    exp.Between,
    exp.Boolean,
    exp.Case,
    exp.Cast,
    exp.Column,
    exp.DataType,
    exp.DataTypeParam,
    exp.Distinct,
    exp.Div,
    exp.EQ,
    exp.Filter,
    exp.From,
    exp.Group,
    exp.GT,
    exp.GTE,
    exp.Having,
    exp.Identifier,
    exp.In,
    exp.IntDiv,
    exp.Interval,
    exp.Is,
    exp.Join,
    exp.Like,
    exp.ILike,
    exp.Literal,
    exp.LT,
    exp.LTE,
    exp.Mod,
    exp.Mul,
    exp.Neg,
    exp.NEQ,
    exp.Not,
    exp.Null,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Or,
    exp.Order,
    exp.Ordered,
    exp.Paren,
    exp.Qualify,
    exp.Select,
    exp.Star,
    exp.Sub,
    exp.Subquery,
    exp.Table,
    exp.TableAlias,
    exp.TryCast,
    exp.Union,
    exp.Var,
    exp.Where,
    exp.Window,
    exp.WindowSpec,
)

CLOCKS = {
    "now",
    "current_date",
    "current_timestamp",
    "current_time",
    "localtimestamp",
    "localtime",
    "today",
    "get_current_timestamp",
    "transaction_timestamp",
}
RANDOMS = {"random", "rand", "uuid", "gen_random_uuid", "setseed", "nextval"}
ORDER_DEPENDENT = {
    "first",
    "last",
    "any_value",
    "arg_max",
    "arg_min",
    "max_by",
    "min_by",
    "array_agg",
    "list",
    "string_agg",
    "listagg",
    "group_concat",
    "mode",
}


def is_as_of(node: exp.Expr) -> bool:
    """Tell whether the node is `as_of()`."""
    return isinstance(node, exp.Anonymous) and node.name.lower() == "as_of" and not node.expressions


def is_exact_sum(node: exp.Expr) -> bool:
    """Tell whether the node is `EXACT_SUM(x)`, which the rewrite makes of a floating point SUM."""
    return isinstance(node, exp.Anonymous) and node.name == EXACT_SUM


def is_aggregate(node: exp.Expr) -> bool:
    """Tell whether the node is an aggregate function."""
    return isinstance(node, AGGREGATES) or is_exact_sum(node)
