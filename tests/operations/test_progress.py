import pytest

from jupyter_features.operations.progress import Progress


def test_fast_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("Training set", 10) as progress:
        progress.advance(10)
    assert capsys.readouterr() == ("", "")


def test_slow_work_says_how_far_it_is_on_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress("Training set", 3_000_000)
    progress.start()
    progress.advance(1_000_000)
    assert capsys.readouterr() == ("", "Training set: 0 of 3,000,000 rows (0%)\nTraining set: 1,000,000 of 3,000,000 rows (33%)\n")


def test_an_interruption_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with Progress("Rebuild", 4) as progress:
            progress.start()
            progress.advance(1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert capsys.readouterr().err.splitlines()[-1] == "Rebuild: stopped at 1 of 4 rows (25%)"
