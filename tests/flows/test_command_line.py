"""`python -m flows`, as an author types it."""

from pathlib import Path

import pytest

from flows.__main__ import main

SERVICE = """
service: school
title: School
languages: [en]
closing: Thank you.
questions: [{ask: child, type: name, title: Child, label: Name?}]
"""


def test_service_files_may_lie_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "school.yaml").write_text(SERVICE, "utf-8")

    assert main(["--library", str(tmp_path), "check"]) == 0
    assert capsys.readouterr().out == "school [en]: 1 questions, 1 SMS segments, 0 over one segment\n0 errors\n"


def test_a_folder_that_is_not_there_is_not_taken_for_an_empty_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--library", str(tmp_path / "nowhere"), "check"])

    assert "there is no folder" in capsys.readouterr().err
