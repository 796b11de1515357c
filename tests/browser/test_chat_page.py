"""The chat page as a person uses it, in headless Chromium, over the real product."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Page, expect

from shortcast_agent.threads import Threads

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]


class Chat:
    """A running chat that can be ended and started again over the same data folder."""

    def __init__(self, driver: ModuleType, home: Path) -> None:
        self._driver, self.home = driver, home
        self._process = ExitStack()
        self.address = ""

    def start(self) -> None:
        self.address = self._process.enter_context(self._driver.chat_process(self.home))

    def end(self) -> None:
        self._process.close()


@pytest.fixture(scope="module")
def chat(driver: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    running = Chat(driver, tmp_path_factory.mktemp("chat-home"))
    running.start()
    yield running
    running.end()


@pytest.fixture
def page(driver: ModuleType, chat: Chat) -> Iterator[Page]:
    with driver.browser_page(chat.address) as opened:
        yield opened


@pytest.fixture(scope="module")
def clip(driver: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = driver.make_clip(tmp_path_factory.mktemp("clips") / "latte.mp4", seconds=3)
    return made


def last_answer(page: Page) -> str:
    return page.locator("#sc-chat .bot.message").last.inner_text()


def test_stop_ends_a_turn_and_the_box_is_free_again(driver: ModuleType, page: Page) -> None:
    page.locator("#sc-box textarea").fill(
        'Will "Latte trick" do well?'
    )  # slow once: models and index are loaded
    page.locator("#sc-box .submit-button").click()
    page.locator("#sc-chat").get_by_text("Forecasting the views").wait_for(timeout=60_000)
    page.locator("#sc-box .stop-button").click()
    page.locator("#sc-box .submit-button").wait_for(timeout=10_000)
    expect(page.locator('#sc-chat [aria-busy="true"]')).to_have_count(0)
    driver.ask(page, 'Will "Latte trick" do well?')
    assert "80%" in last_answer(page)


def test_the_first_look_says_who_answers_that_the_library_is_invented_and_what_to_ask(page: Page) -> None:
    expect(page.locator("#sc-head")).to_contain_text("offline analyst")
    expect(page.locator("#sc-head")).to_contain_text("invented demo library")
    expect(page.locator("#sc-chat .example")).to_have_count(4)


def test_the_page_needs_nothing_from_elsewhere_and_logs_no_error(driver: ModuleType, chat: Chat) -> None:
    foreign: list[str] = []
    errors: list[str] = []
    with driver.browser_page(chat.address) as page:
        page.on("request", lambda request: foreign.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.reload()
        page.locator("#sc-head h1").wait_for()
        page.wait_for_timeout(1000)
    assert [url for url in foreign if not url.startswith((chat.address, "data:", "blob:"))] == []
    assert errors == []


def test_a_draft_with_its_video_gets_an_answer_with_steps_and_pictures(
    driver: ModuleType, page: Page, clip: Path
) -> None:
    driver.ask(page, driver.QUESTION, [clip])
    answer = last_answer(page)
    assert re.search(r"\d", answer)
    assert "80%" in answer
    expect(page.locator("#sc-chat").get_by_text("Forecasting the views").first).to_be_visible()
    expect(page.locator("#sc-panel img.sc-picture").first).to_be_visible()
    assert page.locator("#sc-panel img.sc-picture").count() >= 2
    expect(page.locator("#sc-panel .sc-demo").first).to_have_text("DEMO")
    thumbnail = page.locator("#sc-panel .sc-thumb img").first
    assert thumbnail.evaluate("image => image.naturalWidth") > 50


def test_a_reload_brings_the_conversation_and_its_pictures_back(driver: ModuleType, page: Page) -> None:
    driver.ask(page, 'Will "Cleaning my grinder" do well? I have 700 followers.')
    before = last_answer(page)
    page.reload()
    expect(page.locator("#sc-chat .user.message").last).to_contain_text("Cleaning my grinder", timeout=30_000)
    assert last_answer(page).strip().endswith(before.strip()[-60:])
    expect(page.locator("#sc-panel img.sc-picture").first).to_be_visible()


def test_a_new_conversation_is_empty_and_the_old_one_can_be_chosen_again(
    driver: ModuleType, page: Page
) -> None:
    driver.ask(page, 'Will "Frothing milk by hand" do well?')
    page.locator("#sc-new").click()
    expect(page.locator("#sc-chat .example")).to_have_count(4)
    page.locator("#sc-past input").click()
    page.get_by_role("option").filter(has_text="Frothing milk").first.click()
    expect(page.locator("#sc-chat .user.message").last).to_contain_text("Frothing milk by hand")


def test_an_example_is_answered_with_one_click(driver: ModuleType, page: Page) -> None:
    page.locator("#sc-chat .example").nth(1).click()
    driver.wait_for_answer(page)
    expect(page.locator('#sc-panel img[alt^="Comparison"]')).to_be_visible()


def test_a_text_file_named_mp4_gets_one_clear_sentence_and_the_conversation_goes_on(
    driver: ModuleType, page: Page, tmp_path: Path
) -> None:
    fake = tmp_path / "clip.mp4"
    fake.write_text("this is no video")
    driver.ask(page, "Will this do well?", [fake])
    assert "clip.mp4" in page.locator("#sc-chat").inner_text()
    assert "Traceback" not in page.locator("#sc-chat").inner_text()
    driver.ask(page, 'Will "Latte trick" do well?')
    assert "80%" in last_answer(page)


def test_a_restart_of_the_process_resumes_the_conversation(driver: ModuleType, chat: Chat) -> None:
    with driver.browser_page(chat.address) as page:
        driver.ask(page, 'Will "Grinder ASMR" do well?')
    chat.end()
    chat.start()
    with driver.browser_page(chat.address) as page:
        page.locator("#sc-past input").click()
        page.get_by_role("option").filter(has_text="Grinder ASMR").first.click()
        expect(page.locator("#sc-chat .user.message").last).to_contain_text("Grinder ASMR")
        expect(page.locator("#sc-panel img.sc-picture").first).to_be_visible()
        driver.ask(page, 'What if the title were "Oddly satisfying grinder ASMR"?')
        assert "Oddly satisfying" in page.locator("#sc-chat").inner_text()


def test_a_phone_shows_the_whole_page_without_sideways_scrolling(driver: ModuleType, chat: Chat) -> None:
    with driver.browser_page(chat.address, width=390, height=844) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        expect(page.locator("#sc-box textarea")).to_be_visible()
        driver.ask(page, 'Will "Latte trick" do well? I have 12,000 followers.')
        page.locator("#sc-sources summary").click()
        page.locator("#sc-thread button").first.click()
        page.locator("#sc-profile button").first.click()
        expect(page.get_by_role("button", name="Forget all of it")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_known_of_the_user_is_shown_saved_used_and_forgotten(driver: ModuleType, page: Page) -> None:
    driver.ask(page, 'Will "Tamping slowly" do well? I have 12k followers on TikTok.')
    page.locator("#sc-profile button").first.press("Enter")  # by keyboard
    expect(page.locator("#sc-profile").get_by_label("Followers")).to_have_value("12K")
    expect(page.locator("#sc-profile").get_by_label("Platform")).to_have_value("TikTok")
    expect(page.locator("#sc-profile-note")).to_contain_text("“I have 12k followers on TikTok.”")
    page.locator("#sc-profile").get_by_label("Followers").fill("lots")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#sc-profile-note")).to_contain_text("Followers is a number")
    page.locator("#sc-profile").get_by_label("Followers").fill("15,000")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#sc-profile-note")).to_contain_text("Saved.")
    expect(page.locator("#sc-profile").get_by_label("Followers")).to_have_value("15K")
    page.locator("#sc-new").click()
    driver.ask(page, 'Will "Steaming oat milk" do well?')
    expect(page.locator("#sc-chat")).to_contain_text("Using what you told me before: 15K followers, TikTok.")
    page.get_by_role("button", name="Forget all of it").click()
    expect(page.locator("#sc-profile-note")).to_contain_text("Forgotten")
    expect(page.locator("#sc-profile").get_by_label("Followers")).to_have_value("")


def test_where_the_numbers_come_from_can_be_opened(driver: ModuleType, page: Page) -> None:
    driver.ask(page, 'Will "Dialing in" do well? I have 700 followers.')
    page.locator("#sc-sources summary").click()
    expect(page.locator("#sc-sources")).to_contain_text("forecast_views: views")
    expect(page.locator("#sc-sources")).to_contain_text("your own words")


def test_a_conversation_is_renamed_exported_and_deleted_after_a_second_look(
    driver: ModuleType, page: Page
) -> None:
    driver.ask(page, 'Will "Grinding coarse" do well?')
    page.locator("#sc-thread button").first.click()
    page.locator("#sc-thread").get_by_label("Name").fill("Coarse plans")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator("#sc-past input")).to_have_value("Coarse plans")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Export as text").click()
    assert downloaded.value.suggested_filename.startswith("shortcast-coarse-plans-")
    assert Path(downloaded.value.path()).read_text("utf-8").startswith("# Coarse plans\n")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Export with numbers").click()
    assert json.loads(Path(downloaded.value.path()).read_text("utf-8"))["title"] == "Coarse plans"
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("button", name="Delete for good")).to_be_hidden()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator("#sc-chat .example")).to_have_count(4)
    expect(page.locator("#sc-thread")).to_be_hidden()
    page.locator("#sc-past input").click()
    expect(page.get_by_role("option").filter(has_text="Coarse plans")).to_have_count(0)


def test_a_conversation_that_another_process_deletes_does_not_end_the_page(
    driver: ModuleType, chat: Chat, page: Page
) -> None:
    driver.ask(page, 'Will "Cupping at home" do well?')
    page.locator("#sc-thread button").first.click()
    threads = Threads(chat.home / "threads.db")
    thread = next(info.id for info in threads.listed() if "Cupping" in info.title)
    threads.delete(thread)
    threads.close()
    page.locator("#sc-thread").get_by_label("Name").fill("Cupping plans")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator("#sc-thread-note")).to_contain_text("deleted elsewhere")
    driver.ask(page, 'Will "Latte trick" do well?')
    assert "80%" in last_answer(page)
    page.reload()
    expect(page.locator("#sc-chat .user.message")).to_have_count(1)
