"""Services and models from the terminal: kept, listed, and shown one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_features.cli.main import main
from jupyter_features.cli.parser import split
from jupyter_features.feature_store import FeatureStore


def test_a_service_and_a_model_are_shown_by_their_names(
    published: FeatureStore, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)

    def run(line: str) -> tuple[int, str]:
        code = main(split(line))
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    assert run("service churn --feature customer_spend:spend_30d --owner crm")[0] == 0
    assert run("model churn_model --service churn --owner crm")[0] == 0

    code, text = run("service churn")
    assert code == 0
    assert "customer_spend@1:spend_30d" in text
    code, text = run("model churn_model")
    assert code == 0
    assert "churn@1" in text
    code, text = run("service chrun")
    assert code == 3
    assert "Did you mean 'churn'" in text
    assert len(published.services()) == 1
