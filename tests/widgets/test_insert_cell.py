import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
from jupyter_client.manager import start_new_kernel

from jupyter_features.widgets.insert_cell import COMM_TARGET, CellInsertion, insert_cell


def shown(insertion: CellInsertion) -> tuple[str, str | None]:
    """Read the sentence, and the source that is offered to copy."""
    children = insertion.widget.children
    return children[0].value, children[1].value if len(children) > 1 else None


def test_the_front_end_is_asked_with_the_source_and_the_cell_is_offered_meanwhile(opener: Any, comms: list[Any]) -> None:
    insertion = CellInsertion("1 + 1", opener)
    assert (comms[0].target, comms[0].sent) == (COMM_TARGET, [{"source": "1 + 1"}])
    assert insertion.outcome == "asked"
    assert shown(insertion) == ("The notebook has not answered yet. If no cell appears below, copy this into a new one.", "1 + 1")


def test_an_answer_that_comes_while_the_source_is_being_sent_is_heard(prompt_opener: Any, comms: list[Any]) -> None:
    insertion = CellInsertion("1 + 1", prompt_opener)
    assert insertion.outcome == "inserted"
    assert comms[0].closed


def test_an_inserted_cell_needs_no_copy(opener: Any, comms: list[Any]) -> None:
    insertion = CellInsertion("1 + 1", opener)
    comms[0].answer({"inserted": True})
    assert insertion.outcome == "inserted"
    assert shown(insertion) == ("The cell is below.", None)
    assert comms[0].closed


@pytest.mark.parametrize("answer", [{"inserted": False}, {}, {"inserted": "<b>"}, None])
def test_any_other_answer_leaves_the_cell_to_copy_and_says_so(opener: Any, comms: list[Any], answer: Any) -> None:
    insertion = CellInsertion("1 + 1", opener)
    comms[0].answer(answer)
    assert insertion.outcome == "refused"
    assert shown(insertion)[0].startswith("This front end cannot put cells")
    assert shown(insertion)[1] == "1 + 1"


def test_a_front_end_that_does_not_know_the_target_closes_and_that_is_a_refusal(opener: Any, comms: list[Any]) -> None:
    insertion = CellInsertion("1 + 1", opener)
    comms[0].close_from_front_end()
    assert insertion.outcome == "refused"


def test_a_close_after_the_answer_changes_nothing(opener: Any, comms: list[Any]) -> None:
    insertion = CellInsertion("1 + 1", opener)
    comms[0].answer({"inserted": True})
    comms[0].close_from_front_end()
    assert insertion.outcome == "inserted"


def test_the_copy_can_be_reached_and_keeps_the_source_as_it_is(opener: Any) -> None:
    source = 'x = "</textarea><script>"\n' * 30
    copy = CellInsertion(source, opener).widget.children[1]
    assert isinstance(copy, ipywidgets.Textarea)
    assert (copy.value, copy.disabled, copy.rows) == (source, False, 12)


def test_without_a_kernel_nobody_answers_and_the_copy_stays() -> None:
    insertion = insert_cell("1 + 1")
    assert insertion.outcome == "asked"
    assert shown(insertion)[1] == "1 + 1"


@pytest.fixture
def kernel() -> Iterator[Any]:
    """A real kernel that can import this checkout, without any front end."""
    root = Path(__file__).parents[2]
    manager, client = start_new_kernel(env={**os.environ, "PYTHONPATH": str(root)})
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


def run(kernel: Any, code: str) -> tuple[str, list[dict[str, Any]]]:
    """Run code; give what it printed and what it sent through comms: openings of ours, then messages."""
    printed, comms = [], []

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        assert message["msg_type"] != "error", "\n".join(content["traceback"])
        if message["msg_type"] == "stream":
            printed.append(content["text"])
        if message["msg_type"] == "comm_open" and content["target_name"] == COMM_TARGET:
            comms.append(content)
        if message["msg_type"] == "comm_msg" and comms and content["comm_id"] == comms[0]["comm_id"]:
            comms.append(content)

    kernel.execute_interactive(code, timeout=60, output_hook=hear)
    return "".join(printed), comms


def test_a_real_kernel_opens_the_comm_and_hears_the_answer(kernel: Any) -> None:
    _, comms = run(kernel, "from jupyter_features.widgets.insert_cell import insert_cell; insertion = insert_cell('1 + 1')")
    assert [content["data"] for content in comms] == [{}, {"source": "1 + 1"}]
    answer = kernel.session.msg("comm_msg", {"comm_id": comms[0]["comm_id"], "data": {"inserted": True}})
    kernel.shell_channel.send(answer)
    assert run(kernel, "print(insertion.outcome)")[0] == "inserted\n"
