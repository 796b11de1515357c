"""The command line: options from signatures, output for people and programs, one sentence for errors."""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from pydantic import Field
from tests import samples
from tests.fake_tools import TOOLS as FAKE_TOOLS

from shortcast_agent import cli
from shortcast_agent.analyst import Analyst
from shortcast_agent.cli import options, tools
from shortcast_agent.events import AskResult, Done, Event, Notice, TextDelta, ToolFinished, ToolStarted
from shortcast_ml.errors import InputError, ServiceError
from shortcast_ml.records import Draft, Horizon, Platform, Record

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in this process: its exit code, what it printed, and what it said on stderr."""

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(list(words))
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return command


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Put recorded results in the place of the tools that commands call; list the arguments they got."""
    calls: list[dict[str, Any]] = []

    def put(module_name: str, tool: Callable[..., Record], result: Record) -> None:
        def record(**arguments: Any) -> Record:
            calls.append(arguments)
            return result

        record.__signature__ = inspect.signature(tool)  # type: ignore[attr-defined]
        monkeypatch.setattr(tools, module_name, record)

    put("forecast_views", tools.forecast_views, samples.forecast(missing=("views of recent videos",)))
    put("compare_variants", tools.compare_variants, samples.comparison())
    put("diagnose_video", tools.diagnose_video, samples.diagnosis())
    put("find_similar_videos", tools.find_similar_videos, samples.similar())
    return calls


# --- options -----------------------------------------------------------------------------------------


def example_tool(
    query: Annotated[str, Field(description="What to look for.")],
    platform: Annotated[Platform | None, Field(description="Where.")] = None,
    counts: Annotated[list[int] | None, Field(description="Numbers.")] = None,
    titles: Annotated[list[str], Field(description="Titles.")] = [],  # noqa: B006 - never changed
    limit: Annotated[int, Field(ge=1, le=50, description="How many.")] = 6,
    horizon_days: Annotated[Horizon, Field(description="When.")] = 30,
) -> Draft:
    """Return nothing of interest."""
    return Draft()


def test_every_argument_of_a_tool_becomes_an_option_with_its_description() -> None:
    made = {p.name: p for p in options.options_of(example_tool, argument="query", rename={"titles": "title"})}
    assert list(made) == ["query", "platform", "counts", "titles", "limit", "horizon_days"]
    assert made["limit"].default is None
    info = made["limit"].annotation.__metadata__[0]
    assert info.help == "How many. Default: 6."
    assert made["titles"].annotation.__metadata__[0].default == "--title"


def test_values_are_converted_and_held_to_the_limits_of_the_signature() -> None:
    given = options.checked(example_tool, {"counts": "1, 2_000,3", "limit": 7, "horizon_days": 7})
    assert given == {"counts": [1, 2000, 3], "limit": 7, "horizon_days": 7}
    with pytest.raises(typer.BadParameter, match="less than or equal to 50"):
        options.checked(example_tool, {"limit": 51})
    with pytest.raises(typer.BadParameter, match="1, 7 or 30"):
        options.checked(example_tool, {"horizon_days": 8})


# --- commands that call a tool -----------------------------------------------------------------------


def test_forecast_prints_the_interval_for_people(run: Run, called: list[dict[str, Any]]) -> None:
    code, out, _ = run("forecast", "--title", "A", "--followers", "12000", "--recent-views", "10,20,30")
    assert code == 0
    assert called == [{"title": "A", "followers": 12000, "recent_views": [10, 20, 30]}]
    assert "12.3K views after 30 days, 80% interval 2.1K to 64K" in out
    assert "58% chance to beat a typical video of a channel this size" in out
    assert "Would sharpen it: views of recent videos." in out
    assert "\x1b[" not in out


def test_forecast_prints_one_json_object_for_programs(run: Run, called: list[dict[str, Any]]) -> None:
    code, out, err = run("forecast", "--title", "A", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["views"] == 12_300


def test_a_publishing_time_needs_its_offset(run: Run, called: list[dict[str, Any]]) -> None:
    code, out, err = run("forecast", "--publish-at", "2026-12-01T18:00")
    assert (code, out, called) == (2, "", [])
    assert "--publish-at" in err
    assert run("forecast", "--publish-at", "2026-12-01T18:00+01:00")[0] == 0
    assert called[0]["publish_at"].utcoffset().total_seconds() == 3600


def test_a_table_needs_a_place_for_its_forecasts(run: Run, tmp_path: Path) -> None:
    code, _, err = run("forecast", "--table", str(tmp_path / "a.csv"))
    assert code == 2
    assert "--table and --out together" in err


def test_compare_marks_the_best_and_says_how_sure_the_model_is(
    run: Run, called: list[dict[str, Any]]
) -> None:
    code, out, _ = run("compare", "--title", "Short title", "--title", "Longer title")
    assert code == 0
    assert called == [{"titles": ["Short title", "Longer title"]}]
    assert re.search(r"\*\s+Longer title", out)
    assert "The model prefers Longer title, with a 61% chance" in out


def test_one_title_beside_several_pictures_is_what_they_share(run: Run, called: list[dict[str, Any]]) -> None:
    run("compare", "--title", "Same", "--thumbnail", "a.jpg", "--thumbnail", "b.jpg", "--json")
    run("compare", "--title", "A", "--title", "B", "--thumbnail", "a.jpg", "--json")
    assert called == [
        {"thumbnails": ["a.jpg", "b.jpg"], "title": "Same"},
        {"titles": ["A", "B"], "thumbnail": "a.jpg"},
    ]


def test_why_prints_the_verdict_the_factors_and_what_is_not_known(
    run: Run, called: list[dict[str, Any]]
) -> None:
    code, out, _ = run("why", "--views", "900", "--age-days", "4", "--title", "5 desk hacks")
    assert code == 0
    assert called == [{"views": 900, "age_days": 4.0, "title": "5 desk hacks"}]
    assert "Far below: 900 views" in out
    assert re.search(r"Title wording\s+x0\.6\s+can change\s+seen in title_wording", out)
    assert "Not known: how many viewers stayed past the first seconds" in out


def test_similar_marks_invented_videos(run: Run, called: list[dict[str, Any]]) -> None:
    code, out, _ = run("similar", "latte art", "--limit", "3")
    assert code == 0
    assert called == [{"query": "latte art", "limit": 3}]
    assert re.search(r"Latte art for shaky hands.* demo", out)
    assert "invented demo library" in out


# --- ask ---------------------------------------------------------------------------------------------


@pytest.fixture
def fake_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the analyst of the command line work with the fake tools."""
    monkeypatch.setattr(
        "shortcast_agent.analyst.Analyst",
        lambda parts, **given: Analyst(parts, tools=FAKE_TOOLS, **given),
        raising=True,
    )


QUESTION = "Will this do well, and what should I change?"


@pytest.mark.usefixtures("fake_tools")
def test_ask_prints_exactly_one_object_with_what_was_called(run: Run) -> None:
    code, out, err = run("ask", "--title", "Latte trick", "--followers", "12000", "--json", QUESTION)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert {"answer", "tool_calls", "report", "thread"} <= set(answer)
    forecast = next(call for call in answer["tool_calls"] if call["name"] == "forecast_views")
    assert forecast["ok"] is True
    assert forecast["arguments"]["title"] == "Latte trick"
    assert forecast["arguments"]["followers"] == 12000
    assert answer["report"]["forecast"]["model"] == "fake 1"


@pytest.mark.usefixtures("fake_tools")
def test_ask_prints_words_to_stdout_and_steps_to_stderr(run: Run) -> None:
    code, out, err = run("ask", "--title", "Latte trick", QUESTION)
    assert code == 0
    assert "views" in out
    assert "forecast_views" in err
    assert "forecast_views" not in out
    assert "--thread " in err
    assert "\x1b[" not in out + err


class Scripted:
    """An analyst that streams one number and strikes it in the end."""

    def __init__(self, parts: object) -> None: ...

    def stream(self, *_: Any, **__: Any) -> Iterator[Event]:
        yield ToolStarted(id="1", name="forecast_views", arguments={})
        yield ToolFinished(id="1", name="forecast_views", ok=False, summary="No title.", seconds=0.2)
        yield Notice(text="The model is down.")
        yield TextDelta(text="# Forecast\n\n")
        yield TextDelta(text="Expect **99M** views.\n\nMore.")
        yield Done(result=AskResult(answer=self.answer, thread="t1"))

    answer = "# Forecast\n\nExpect **99M** views.\n\nMore."


class Striking(Scripted):
    answer = "Expect many views."


def test_a_terminal_gets_drawn_markdown_block_by_block(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("shortcast_agent.analyst.Analyst", Scripted)
    _, out, err = run("ask", QUESTION)
    assert out.count("Forecast") == 1
    assert "\x1b[1m99M\x1b[0m" in out
    assert out.rstrip().endswith("More.")
    assert "forecast_views 0.2 s: failed: No title." in err
    assert "The model is down." in err


@pytest.mark.parametrize("colour", [{}, {"FORCE_COLOR": "1"}])
def test_a_struck_number_is_followed_by_the_answer_that_counts(
    run: Run, monkeypatch: pytest.MonkeyPatch, colour: dict[str, str]
) -> None:
    for name, value in colour.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("shortcast_agent.analyst.Analyst", Striking)
    assert run("ask", QUESTION)[1].rstrip().endswith("Expect many views.")


def test_a_batch_stops_cleanly_on_ctrl_c(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> tuple[int, int]:
        raise KeyboardInterrupt

    monkeypatch.setattr("shortcast_agent.batch.answer_batch", interrupted)
    code, _, err = run("ask", "--batch", "in.jsonl", "--out", "out.jsonl")
    assert code == 130
    assert "What was answered is kept" in err


@pytest.mark.usefixtures("fake_tools")
def test_a_thread_goes_on_where_it_stopped(run: Run) -> None:
    first = json.loads(run("ask", "--title", "Latte trick", "--followers", "700", "--json", QUESTION)[1])
    words = 'What if the title were "Latte in 3 seconds"?'
    second = json.loads(run("ask", "--thread", first["thread"], "--json", words)[1])
    assert second["thread"] == first["thread"]
    assert "Latte in 3 seconds" in json.dumps(second["tool_calls"])
    assert any(call["arguments"].get("followers") == 700 for call in second["tool_calls"])


@pytest.mark.usefixtures("fake_tools")
def test_a_batch_answers_every_line_and_tells_which_failed(run: Run, tmp_path: Path) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        json.dumps({"id": 1, "turns": [{"user": 'Will "Latte trick" do well? I have 500 followers'}]}),
        "not json",
    ]
    batch.write_text("\n".join(lines), encoding="utf-8")
    code, printed, err = run("ask", "--batch", str(batch), "--out", str(out))
    assert (code, printed) == (1, "")
    assert "Answered 1, failed 1" in err
    good, bad = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert good["id"] == 1
    assert good["report"]["forecast"]["views"] > 0
    assert "error" in bad


def test_ask_without_a_question_is_wrong_usage(run: Run) -> None:
    assert run("ask")[0] == 2
    assert run("ask", "   ")[0] == 2
    code, _, err = run("ask", "--batch", "a.jsonl")
    assert code == 2
    assert "--batch and --out together" in err


def test_a_batch_that_is_not_there_is_one_sentence(run: Run, tmp_path: Path) -> None:
    code, _, err = run("ask", "--batch", str(tmp_path / "no.jsonl"), "--out", str(tmp_path / "out.jsonl"))
    assert code == 1
    assert "can't be read" in err
    assert not (tmp_path / "out.jsonl").exists()


# --- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [InputError("That is no video."), ServiceError("YouTube is down.")])
def test_an_error_is_one_sentence_on_stderr_and_exit_code_1(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(**_: Any) -> Record:
        raise error

    monkeypatch.setattr(tools, "forecast_views", broken)
    assert run("forecast", "--json") == (1, "", f"{error}\n")


def test_a_bad_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORTCAST_PORT", "seventy")
    code, _, err = run("forecast", "--title", "A")
    assert code == 1
    assert "SHORTCAST_PORT" in err
    assert "'seventy'" in err
    assert "Traceback" not in err


def test_a_model_folder_that_is_not_there_is_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHORTCAST_MODEL", str(tmp_path / "nowhere"))
    code, out, err = run("forecast", "--title", "A")
    assert (code, out) == (1, "")
    assert "nowhere" in err
    assert len(err.strip().splitlines()) == 1


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    code, _, err = run("foretell")
    assert code == 2
    assert "foretell" in err


def test_a_command_that_cant_be_loaded_does_not_take_the_others_along(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        name = "broken-command"

        def load(self) -> None:
            raise ImportError("no module named nowhere")

    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Broken()])
    code, out, err = run("--version")
    assert (code, out.split()[0]) == (0, "shortcast")
    assert "broken-command can't be loaded: no module named nowhere" in err


# --- train, evaluate, doctor -------------------------------------------------------------------------


def test_train_passes_its_folders_on_and_says_its_steps(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    got: list[Any] = []

    def train(data: Path, out: Path, *, name: str, **rest: Any) -> dict[str, Any]:
        rest["progress"]("features")
        got.extend([data, out, name, rest["config"], rest["ablate"]])
        return {}

    monkeypatch.setattr("shortcast_ml.train.train", train)
    code, out, err = run("train", "--data", str(tmp_path), "--out", str(tmp_path / "mine"))
    assert (code, out) == (0, "")
    assert got == [tmp_path, tmp_path / "mine", "mine", None, False]
    assert "features" in err


def test_evaluate_prints_the_rungs_side_by_side(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    metric = {"value": 0.7, "low": 0.65, "high": 0.75}
    rungs = {"constant": {"r2": metric, "auroc_1m": None}, "full": {"r2": metric, "auroc_1m": metric}}
    result = {
        "dataset": "tiktok_vn_2025",
        "n": 60,
        "protocol": "5-fold, groups apart",
        "rungs": rungs,
        "subsets": {"five_or_more_earlier_uploads": {"n": 50, "rungs": rungs}},
    }
    monkeypatch.setattr("shortcast_ml.evaluate.evaluate", lambda *_, **__: result)
    given = ("evaluate", "--dataset", "tiktok_vn_2025", "--data", "x")
    code, out, _ = run(*given)
    assert code == 0
    assert out.count("0.700 (0.650 to 0.750)") == 6
    assert re.search(r"auroc_1m\s+-\s+0\.700", out)
    assert json.loads(run(*given, "--json")[1]) == result


def test_the_help_lists_every_command_under_what_it_is_for(run: Run) -> None:
    from shortcast_agent.cli.app import MEASUREMENTS, SECTIONS

    _, shown, _ = run("--help")
    titles = [line.rstrip(":") for line in shown.splitlines() if line.endswith(":") and line[0] != " "]
    assert titles == ["Options", *SECTIONS, MEASUREMENTS]
    talk = shown[shown.index("Talk:") : shown.index("Before publishing:")]
    assert [line.split()[0] for line in talk.splitlines()[1:] if line.strip()] == SECTIONS["Talk"].split()
    for names in SECTIONS.values():
        for name in names.split():
            assert f"\n  {name} " in shown
