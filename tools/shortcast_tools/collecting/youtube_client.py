"""Calls of the YouTube Data API: charged before they are made, tried again with patience, explained in a sentence.

The key travels in a header. In the address, where the client would put it, every log line and error that
quotes the address would tell it.
"""

import http.client
import json
import re
import ssl
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from shortcast_ml.errors import InputError, LinkError, ServiceError, ShortcastError
from shortcast_tools.collecting.retries import Patience, Temporary, persist, read_retry_after
from shortcast_vectorstore.quota import Bucket, QuotaLedger

if TYPE_CHECKING:
    from shortcast_ml.settings import Settings

Json = dict[str, Any]
Resource = Literal["search", "channels", "playlistItems", "videos"]

TIMEOUT_S = 20.0
IDLE_S = 20.0  # a connection that rested longer may have been closed at the other end: open a new one
USED_UP = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "servingLimitExceeded", "RATE_LIMIT_EXCEEDED"}
WRONG_KEY = {"keyInvalid", "keyExpired", "API_KEY_INVALID", "API_KEY_EXPIRED"}
NOT_ENABLED = {"accessNotConfigured", "SERVICE_DISABLED"}
HEADER = "X-Goog-Api-Key"


class StalePage(ServiceError):
    """A page token is no longer known: its list is to be begun anew."""


class YouTubeClient:
    """The four list methods that collecting needs. Threads may share it; each has its own connection.

    Raises InputError when the settings have no key, or would send it over an open connection.
    """

    def __init__(
        self,
        settings: "Settings",
        ledger: QuotaLedger,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        if settings.youtube_api_key is None:
            raise InputError(
                "There is no key for the YouTube Data API; set SHORTCAST_YOUTUBE_API_KEY, or take `yt-dlp` as"
                " the source."
            )
        self._key = settings.youtube_api_key
        self._url = settings.youtube_api_url.rstrip("/") + "/"
        parts = urlsplit(self._url)
        if parts.scheme != "https" and parts.netloc not in settings.allowed_hosts:
            raise InputError("SHORTCAST_YOUTUBE_API_URL must begin with https://, or the key could be read.")
        self.ledger = ledger
        self.search_calls = 0  # that this client made, each try counted
        self.units = 0
        self._patience, self._sleep, self._timeout_s = patience, sleep, timeout_s
        self._here = threading.local()
        self._lock = threading.Lock()
        self._service: Any = None
        self._resources: dict[Resource, Any] = {}

    def list(self, resource: Resource, **parameters: str | int) -> Json:
        """Return one page of a resource.

        Raises LinkError when what was asked for does not exist, StalePage for a page token that is no longer
        known, and ServiceError when the quota is used up, the key is refused, or patience ends.
        """
        methods = self._resource(resource)
        return persist(lambda: self._try(resource, methods, parameters), self._patience, self._sleep)

    def _try(self, resource: Resource, methods: Any, parameters: dict[str, str | int]) -> Json:
        """Make one call. Raises Temporary, or what `list` raises."""
        from googleapiclient.errors import Error, HttpError
        from httplib2 import HttpLib2Error, ServerNotFoundError

        request = methods.list(**parameters)
        bucket: Bucket = "search" if resource == "search" else "units"
        self.ledger.spend(bucket, f"{resource}.list")
        with self._lock:
            self.search_calls += bucket == "search"
            self.units += bucket == "units"
        problem: Exception
        try:
            answer = request.execute(http=self._transport(), num_retries=0)
        except HttpError as error:
            problem = self._explain(error, bucket)
        except ServerNotFoundError:
            problem = ServiceError(
                "YouTube can't be reached, probably because there is no network; check your connection, then"
                " ask again: it goes on where it stopped."
            )
        except ssl.SSLCertVerificationError:
            problem = ServiceError(
                "YouTube's address answers with a false certificate; something between you and it interferes."
            )
        except TimeoutError:
            problem = Temporary("YouTube took too long to answer, several times; ask again in some minutes.")
        except (OSError, http.client.HTTPException, HttpLib2Error, Error, ValueError):
            problem = Temporary(
                "The connection to YouTube broke several times; check your network, then ask again: it goes"
                " on where it stopped."
            )
        else:
            if isinstance(answer, dict):
                return answer
            problem = Temporary("YouTube's answers make no sense just now; ask again in some minutes.")
        raise problem  # outside the handlers: no address or answer hangs on to it

    def _explain(self, error: Any, bucket: Bucket) -> "Temporary | ShortcastError":
        """Return our error for one that the API answered with."""
        status = int(error.resp.status)
        reasons, message = _reasons(error.content)
        if reasons & USED_UP or (status in (403, 429) and "per day" in message):
            return self.ledger.mark_spent(bucket)  # the search bucket says so with 429, of all things
        if status in (408, 429) or status >= 500 or (status == 403 and reasons & TOO_FAST):
            return Temporary(
                "YouTube refuses for now (too many requests, or trouble of its own); ask again in some minutes.",
                read_retry_after(error.resp.get("retry-after")),
            )
        if reasons & WRONG_KEY:
            return ServiceError(
                "YouTube does not accept the API key; check SHORTCAST_YOUTUBE_API_KEY for typing errors."
            )
        if reasons & NOT_ENABLED:
            return ServiceError(
                "The YouTube Data API v3 is not switched on for this key's project; enable it in the Google"
                " Cloud console, then wait a few minutes."
            )
        if "invalidPageToken" in reasons:
            return StalePage("YouTube no longer knows where the list was left; ask again to begin it anew.")
        if status == 404:
            return LinkError("YouTube has no such channel or playlist (any more); check the link.")
        why = ", ".join(sorted(reasons)) or f"HTTP {status}"
        if status in (401, 403):
            return ServiceError(
                f"YouTube refuses this key or what was asked ({why}); check the key's restrictions."
            )
        return ServiceError(f"YouTube did not accept the request ({why}); update Shortcast.")

    def _resource(self, name: Resource) -> Any:
        """Return a resource of the client, made from the discovery document in its package: no network, once."""
        with self._lock:
            if self._service is None:
                from googleapiclient.discovery import build

                self._service = build(
                    "youtube",
                    "v3",
                    http=self._transport(),
                    static_discovery=True,
                    cache_discovery=False,
                    client_options={"api_endpoint": self._url},
                )
            if name not in self._resources:
                self._resources[name] = getattr(self._service, name)()
            return self._resources[name]

    def _transport(self) -> "Transport":
        found: Transport | None = getattr(self._here, "transport", None)
        if found is None:
            found = self._here.transport = Transport(self._key.get_secret_value(), self._timeout_s)
        return found


class Transport:
    """What the client sends through, for one thread: httplib2 with the key, and nothing sent twice unasked.

    httplib2 by itself sends a request again when a connection ends without an answer; the service charges
    both. Here that is an error like any other.
    """

    def __init__(self, key: str, timeout_s: float) -> None:
        import httplib2

        self._http = httplib2.Http(timeout=timeout_s)
        self._http.follow_redirects = False  # nobody else is given the key
        self._key = key
        self._used_at = 0.0
        self._connections = {
            scheme: type("Once", (kind,), {"getresponse": _answer_or_error})
            for scheme, kind in httplib2.SCHEME_TO_CONNECTION.items()
        }

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **_: Any
    ) -> tuple[Any, bytes]:
        """Send a request, and return httplib2's response and content."""
        if time.monotonic() - self._used_at > IDLE_S:
            self._http.close()
        try:
            response, content = self._http.request(
                uri,
                method,
                body,
                {**(headers or {}), HEADER: self._key},
                connection_type=self._connections[urlsplit(uri).scheme],
            )
        except BaseException:
            self._http.close()  # an answer may be half read, or still to come
            raise
        self._used_at = time.monotonic()
        return response, content

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


def _answer_or_error(connection: Any) -> Any:
    """Return the answer on a connection. Raises ConnectionError where httplib2 would ask once more."""
    try:
        return super(type(connection), connection).getresponse()
    except (http.client.BadStatusLine, http.client.ResponseNotReady):
        problem = ConnectionAbortedError("The connection ended without an answer.")
    raise problem


def _reasons(content: bytes) -> tuple[set[str], str]:
    """Return the reasons in an error's JSON that are plain words, and its message."""
    try:
        error = json.loads(content)["error"]
        said = [*error.get("errors", ()), *error.get("details", ())]
        found = {str(one.get("reason", "")) for one in said}
        return {reason for reason in found if re.fullmatch(r"\w{1,60}", reason)}, str(
            error.get("message", "")
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return set(), ""
