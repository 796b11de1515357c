"""No way to name an address leads to a forbidden one: through our own client, and through yt-dlp.

A listener on the loopback must have no visitor, and every connection that is tried is written down.
"""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.link_vectors import FILES, LINKS, NAMES, PAGES, PUBLIC, REBINDING, STATUSES, TARGETS
from tests.localsite import LocalSite, local_site

from shortcast_evals.attacks.watch import honeypot
from shortcast_ml.errors import InputError, ServiceError
from shortcast_ml.settings import Settings
from shortcast_tools import web
from shortcast_tools.fetch_video import fetch, read_page
from shortcast_tools.ytdlp import Browser, Guard, download

AZURE = "168.63.129.16"  # looks public, and is a machine's own host


class Net:
    """Names are looked up in a table, addresses are read by the real resolver; nothing leaves this machine."""

    def __init__(self, port: int, site: LocalSite) -> None:
        self.port = port
        self.site = site
        self.came: list[str] = []
        self.tried: list[tuple[str, int]] = []
        self._asked: dict[str, int] = {}

    def look_up(self, host: Any, port: Any, *more: Any, **named: Any) -> Any:
        name = (
            (host.decode() if isinstance(host, bytes) else str(host))
            .encode("idna")
            .decode()
            .lower()
            .rstrip(".")
        )
        answers = NAMES.get(name)
        if answers is None:
            found = _real_look_up(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
            return [(family, kind, 6, "", address) for family, kind, _, _, address in found]
        nth = self._asked[name] = self._asked.get(name, -1) + 1
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, int(port)))
            for ip in answers[min(nth, len(answers) - 1)]
        ]

    def forbidden(self) -> list[str]:
        """Return the visits and tries that must not be."""
        site = self.site.host.rpartition(":")
        tried = [f"{host}:{port}" for host, port in self.tried if (host, str(port)) != (site[0], site[2])]
        return [*self.came, *(place for place in tried if not _is_outside(place.rpartition(":")[0]))]


def _is_outside(host: str) -> bool:
    return host != AZURE and ipaddress.ip_address(host.partition("%")[0]).is_global


_real_look_up = socket.getaddrinfo
_real_connect = socket.socket.connect


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[str]]]:
    with honeypot() as (url, came):
        yield int(url.rpartition(":")[2]), came


@pytest.fixture(scope="module")
def site() -> Iterator[LocalSite]:
    with local_site() as running:
        yield running


@pytest.fixture
def net(listener: tuple[int, list[str]], site: LocalSite, monkeypatch: pytest.MonkeyPatch) -> Net:
    port, came = listener
    came.clear()
    net = Net(port, site)
    net.came = came

    def connect(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_UNIX:
            return _real_connect(self, address)
        net.tried.append((str(address[0]), int(address[1])))
        if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
            raise ConnectionRefusedError("nothing leaves this machine")
        return _real_connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", net.look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(web, "PORTS", {"http": port, "https": 443})
    return net


@pytest.fixture
def settings(site: LocalSite, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path, allowed_hosts=frozenset({site.host}))


def through_our_client(url: str, settings: Settings) -> None:
    """Fetch a video's page, then a picture, as the tools do."""
    for ask in (lambda: fetch(url, settings), lambda: download(url, 10_000, settings, "test")):
        with pytest.raises((InputError, ServiceError)) as error:
            ask()
        assert "\n" not in str(error.value)


@pytest.fixture(scope="module")
def browser(site: LocalSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all: making one costs more than what it is asked for here."""
    settings = Settings(
        _env_file=None, home=tmp_path_factory.mktemp("b"), allowed_hosts=frozenset({site.host})
    )
    with Browser(settings, guard=Guard(settings, page_s=600.0, page_bytes=10**9)) as opened:
        yield opened


def through_yt_dlp(url: str, browser: Browser) -> None:
    """Give yt-dlp the link as it is, without the look that our tools take at it first."""
    with suppress(InputError, ServiceError):  # what matters is whom it asked
        read_page(browser, url)


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_link_to_a_forbidden_address_is_refused_on_both_ways(
    link: str, net: Net, settings: Settings, browser: Browser
) -> None:
    url = link.replace("{port}", str(net.port))
    through_our_client(url, settings)
    through_yt_dlp(url, browser)
    assert net.forbidden() == []
    assert {host for host, _ in net.tried} <= {PUBLIC}  # some are read as links to the website they also name


@pytest.mark.parametrize("name", REBINDING)
def test_a_name_that_turns_inward_after_the_check_reaches_nothing(
    name: str, net: Net, settings: Settings, browser: Browser
) -> None:
    through_our_client(f"http://{name}:{net.port}/", settings)
    net._asked.clear()
    through_yt_dlp(f"http://{name}:{net.port}/", browser)
    assert net.forbidden() == []


@pytest.mark.parametrize(
    ("target", "status"),
    [(target, STATUSES[nth % 5]) for nth, target in enumerate(TARGETS.values())]
    + [(TARGETS["loopback"], status) for status in STATUSES[1:]],
    ids=[*TARGETS, *(f"loopback by {status}" for status in STATUSES[1:])],
)
def test_a_redirect_reaches_no_forbidden_address(
    target: str, status: int, net: Net, site: LocalSite, settings: Settings, browser: Browser
) -> None:
    location = target.replace("{port}", str(net.port)).encode("utf-8").decode("latin-1")
    door = site.put("/door", b"", status=status, headers={"Location": location})
    through_our_client(door, settings)
    net._asked.clear()
    through_yt_dlp(door, browser)
    assert net.forbidden() == []


def test_chains_and_loops_of_redirects_end_before_the_forbidden_address(
    net: Net, site: LocalSite, settings: Settings, browser: Browser
) -> None:
    before = len(site.asked)
    inside = f"http://127.0.0.1:{net.port}/x.mp4"
    chain = site.redirect("/1", site.redirect("/2", site.redirect("/3", inside)))
    loop = site.redirect("/loop", "/loop")
    for nth in range(60):
        site.redirect(f"/long/{nth}", f"/long/{nth + 1}")
    refresh = site.put("/refresh", "<html></html>", headers={"Refresh": f"0; url={inside}"})
    for url in (chain, loop, f"{site.url}/long/0", refresh):
        _fetched(url, settings)
        through_yt_dlp(url, browser)
    assert net.forbidden() == []
    assert len(site.asked) < before + 120


@pytest.mark.parametrize("target", [TARGETS[name] for name in ("loopback", "rebinding")])
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_leads_to_no_forbidden_address(
    page: str, target: str, net: Net, site: LocalSite, settings: Settings, browser: Browser
) -> None:
    inside = target.replace("{port}", str(net.port))
    url = site.put("/page", f"<html><head>{page.format(target=inside)}</head><body></body></html>")
    _fetched(url, settings)
    net._asked.clear()
    through_yt_dlp(url, browser)
    assert net.forbidden() == []


@pytest.mark.parametrize(("kind", "body"), FILES.values(), ids=FILES)
def test_a_file_that_names_others_leads_to_no_forbidden_address(
    kind: str, body: str, net: Net, site: LocalSite, settings: Settings, browser: Browser
) -> None:
    for target in (TARGETS["loopback"], TARGETS["rebinding"]):
        url = site.put("/named", body.format(target=target.replace("{port}", str(net.port))), kind)
        _fetched(url, settings)
        net._asked.clear()
        through_yt_dlp(url, browser)
    assert net.forbidden() == []


def test_the_listener_and_the_list_of_tries_do_notice_a_visit(net: Net) -> None:
    with socket.create_connection(("127.0.0.1", net.port), 1.0) as visit:
        visit.recv(1)
    assert len(net.came) == 1
    assert net.forbidden() == [*net.came, f"127.0.0.1:{net.port}"]
    assert not _is_outside("10.0.0.1")
    assert _is_outside(PUBLIC)


def _fetched(url: str, settings: Settings) -> None:
    with suppress(InputError, ServiceError):
        fetch(url, settings)
