"""Definitions in Python: what is refused, with its rule and the text under the caret, and what counts as the same."""

import pytest

from jupyter_features.analysis.python_source import check_parameters, parse_python
from jupyter_features.analysis.python_text import PythonText
from jupyter_features.errors import DefinitionError

REFUSED = [
    ("JF140", "def f(p)\n    return {}", "\n"),
    ("JF140", "def f(p):\n    return {'a': }", ": }"),
    ("JF140", "def f(p):\nreturn {}", "return {}"),
    ("JF141", "import math", None),
    ("JF141", "def f(p): return {}\ndef g(p): return {}", "def g(p): return {}"),
    ("JF141", "RATE = 3\ndef f(p): return {'a': RATE}", "RATE = 3"),
    ("JF141", "f = lambda p: {}", "f = lambda p: {}"),
    ("JF141", "import functools\n@functools.cache\ndef f(p): return {}", "functools.cache"),
    ("JF141", "async def f(p): return {}", "async def f(p): return {}"),
    ("JF141", "def f(p):\n    class A: pass\n    return {}", "class A: pass"),
    ("JF141", "def f(p):\n    yield {'a': 1}", "yield {'a': 1}"),
    ("JF141", "def f(p):\n    global x\n    return {}", "global x"),
    ("JF142", "def f(p):\n    return {'a': len(p) * rate}", "rate"),
    ("JF142", "def f(p):\n    g = lambda x: x + rate\n    return {'a': g(1)}", "rate"),
    ("JF142", "def f(p):\n    return {'ä': 'ü', 'a': np.mean(p['x'])}", "np"),
    ("JF143", "def f(p, *q): return {}", "q"),
    ("JF143", "def f(p, n=3): return {}", "3"),
    ("JF143", "def f(p, q): return {}", "q"),
    ("JF143", "def f(as_of): return {}", "def f(as_of): return {}"),
    ("JF144", "import os\ndef f(p): return {}", "os"),
    ("JF144", "from sklearn.preprocessing import scale\ndef f(p): return {}", "scale"),
    ("JF144", "from math import *\ndef f(p): return {}", "from math import *"),
    ("JF144", "from . import rates\ndef f(p): return {}", "from . import rates"),
    ("JF144", "def f(p):\n    import socket\n    return {}", "socket"),
    ("JF145", "import pandas as pd\ndef f(p):\n    return {'a': pd.Timestamp.now()}", "pd.Timestamp.now"),
    ("JF145", "import numpy as np\ndef f(p):\n    return {'a': np.random.rand()}", "np.random"),
    ("JF145", "from numpy.random import default_rng\ndef f(p): return {}", "default_rng"),
    ("JF145", "def f(p):\n    return {'a': p.sample(1)['x'].sum()}", "p.sample"),
    ("JF145", "import pandas as pd\ndef f(p):\n    return {'a': len(pd.read_csv('x.csv'))}", "pd.read_csv"),
    ("JF145", "def f(p):\n    p.to_csv('x.csv')\n    return {}", "p.to_csv"),
    ("JF145", "def f(p):\n    return {'a': p.query('@pd.io.x').size}", "p.query"),
    ("JF145", "def f(p):\n    return {'a': p['x'].apply('to_csv')}", "'to_csv'"),
    ("JF145", "import operator\ndef f(p):\n    return {'a': operator.attrgetter('to_csv')(p)}", "operator.attrgetter"),
    (
        "JF145",
        "import pandas as pd\ndef f(p):\n    match p:\n        case pd.DataFrame(to_csv=g):\n            return {'a': g('x')}",
        "pd.DataFrame",
    ),
    ("JF145", "def f(p):\n    return {'a': open('x')}", "open"),
    ("JF145", "def f(p):\n    print(p)\n    return {}", "print"),
    ("JF145", "def f(p):\n    return {'a': hash('x')}", "hash"),
    ("JF145", "def f(p):\n    return {'a': p.__class__.__name__}", "p.__class__.__name__"),
    ("JF145", "def f(p):\n    return {'a': eval('1')}", "eval"),
]


@pytest.mark.parametrize(("rule", "text", "at_fault"), REFUSED)
def test_a_refused_function_names_its_rule_and_its_place(rule: str, text: str, at_fault: str | None) -> None:
    source = PythonText(text, first_line=2)
    with pytest.raises(DefinitionError) as caught:
        check_parameters(source, parse_python(source), ("p", "as_of"), "source")
    assert caught.value.rule == rule
    place = caught.value.place
    if at_fault is None:
        assert place is None
        return
    assert place is not None
    assert place.source_line == text.split("\n")[place.line - 2]
    marked = place.source_line[place.column - 1 : place.column - 1 + place.length]
    assert marked == at_fault.strip("\n")


SAME = [
    "import math\n\ndef f(p, as_of):\n    return {'n': math.sqrt(len(p))}\n",
    "# a comment\nimport math\ndef  f( p,as_of ) :\n        return {'n':math.sqrt(len(p))}",
    'import math\ndef f(p: pd.DataFrame, as_of: "pd.Timestamp") -> dict:\n    """Say something."""\n    return {"n": math.sqrt(len(p))}',
    "import math\ndef another_name(p, as_of):\n    return {'n': math.sqrt(len(p))}",
]
OTHER = [
    "import math\ndef f(p, as_of):\n    return {'n': math.sqrt(len(p) + 1)}",
    "import math\ndef f(p, as_of):\n    return {'m': math.sqrt(len(p))}",
    "import cmath as math\ndef f(p, as_of):\n    return {'n': math.sqrt(len(p))}".replace("cmath", "numpy"),
]


def test_spelling_comments_annotations_and_the_functions_name_do_not_change_the_normal_text() -> None:
    assert len({parse_python(PythonText(text)).normal for text in SAME}) == 1


@pytest.mark.parametrize("text", OTHER)
def test_another_line_of_code_changes_the_normal_text(text: str) -> None:
    assert parse_python(PythonText(text)).normal != parse_python(PythonText(SAME[0])).normal


def test_a_nested_function_and_its_own_names_are_no_closure() -> None:
    text = "def f(p, as_of):\n    def inner(x):\n        return x + y\n    y = 3\n    return {'a': inner(1), 'b': [z for z in range(y)][0]}"
    assert parse_python(PythonText(text)).parameters == ("p", "as_of")


def test_texts_and_attributes_of_the_code_are_its_words_and_those_of_the_docstring_are_not() -> None:
    words = parse_python(PythonText('def f(p):\n    "about the tax"\n    return {"n": p["amount"].sum() + p.cds.max()}')).words
    assert {"amount", "cds", "n"} <= words
    assert "about the tax" not in words
