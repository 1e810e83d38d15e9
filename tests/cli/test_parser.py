import pytest

from jupyter_features.cli.parser import parse, split
from jupyter_features.errors import InvalidArgumentError


def test_a_line_is_split_as_a_shell_does() -> None:
    options = parse(split("define v --entity customer --source 'invoices:7d as week' --source invoices:90d"))
    assert (options.verb, options.name, options.source) == ("define", "v", ["invoices:7d as week", "invoices:90d"])


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "A verb is missing"),
        ("pblish v", "no verb 'pblish'(.|\n)*Did you mean 'publish'"),
        ("publish", "required: NAME(.|\n)*Usage: feature publish .*NAME"),
        ("source a b --entity c --kind events --evnt-time t", "source has no option '--evnt-time'(.|\n)*Did you mean '--event-time'"),
        ("source a b --entity c --kind tables", "invalid choice: 'tables'"),
        ("entity customer", "required: --key"),
        ("materialize v --as_of 1998-01-01", "Did you mean '--as-of'"),
        ("get v --rows many", "invalid int value: 'many'"),
        ("publish v w", "publish has no option 'w'"),
    ],
)
def test_a_wrong_line_says_what_is_wrong_and_what_is_right(line: str, sentence: str) -> None:
    with pytest.raises(InvalidArgumentError, match=sentence):
        parse(split(line))


def test_an_open_quote_is_named() -> None:
    with pytest.raises(InvalidArgumentError, match="A quote on the line is not closed"):
        split("define v --owner 'growth")


def test_options_are_never_abbreviated() -> None:
    with pytest.raises(InvalidArgumentError, match="no option '--ent'"):
        parse(split("define v --ent customer"))
