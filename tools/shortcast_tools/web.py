"""Links that may be opened: public web addresses only, checked by name and again at the socket.

A link comes from a user, a web page or a redirect, so it may point anywhere: at this machine, at a router,
at a cloud's metadata service. `check_url` refuses by what the link says and what its name resolves to.
`connect` opens a socket to exactly the address that was checked, so that a name which resolves differently
the second time (DNS rebinding) gains nothing.
"""

import ipaddress
import re
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from shortcast_ml.errors import LinkError, ServiceError

if TYPE_CHECKING:
    from shortcast_ml.settings import Settings

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2048
UNICAST6 = ipaddress.ip_network("2000::/3")  # all that the public internet uses of IPv6
SPECIAL = (  # what ipaddress takes for public, and is a cloud's own service, or no address at all
    ipaddress.ip_network("192.0.0.0/24"),  # Source: RFC 6890; Oracle's metadata service is at 192.0.0.192
    ipaddress.ip_network("192.88.99.0/24"),  # Source: RFC 7526
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's host, the same for every machine there
    ipaddress.ip_network("3fff::/20"),  # Source: RFC 9637, documentation
)
NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_url(url: str, settings: "Settings") -> str:
    """Return the link when it may be opened, with `https://` put before a bare domain.

    Raises LinkError, one sentence, for anything but http and https to a public address on the usual port
    (or a `host:port` of `settings.allowed_hosts`), and ServiceError when no name can be looked up.
    """
    url = url.strip()
    if re.match(r"[\w-]+(\.[\w-]+)*\.[a-z]{2,}(/|$)", url, re.IGNORECASE):
        url = f"https://{url}"
    parts = _split(url)
    host, port = _host_and_port(parts)
    if not _is_allowed(host, port, settings):
        if port != PORTS[parts.scheme.lower()]:
            raise LinkError(
                f"The link uses port {port}, which is not opened; give the video's usual web link."
            )
        resolve(host, port, settings)
    return url


def resolve(host: str, port: int, settings: "Settings") -> list[tuple[int, Any]]:
    """Return (family, socket address) of a host, all of them public unless the host is allowed.

    Raises LinkError when one of them is not, or the host does not exist, ServiceError when it can't be asked.
    """
    allowed = _is_allowed(host, port, settings)
    if not allowed and _is_odd_number(host):
        raise LinkError("The link's host is a number in disguise; give the video's usual web link.")
    try:
        found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_NONAME:
            raise LinkError(
                f"No website is called {host!r}; check the link for typing errors (and your connection)."
            ) from None
        raise ServiceError(
            f"{host!r} can't be looked up, probably because there is no network; check your connection"
            " and try again."
        ) from None
    except (UnicodeError, OSError):
        raise LinkError("The link's host is not a valid name; copy the link again.") from None
    if not allowed and not all(is_public(str(address[0])) for *_, address in found):
        raise LinkError(
            "The link points inside a private network, which is never opened; give a public video link."
        )
    return [(family, address) for family, *_, address in found]


def connect(
    host: str, port: int, settings: "Settings", timeout_s: float | None, source: tuple[str, int] | None = None
) -> socket.socket:
    """Open a socket to a host's checked address. Raises what `resolve` raises, and OSError."""
    failure: OSError = OSError(f"{host} has no address")
    for family, address in resolve(host, port, settings):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(timeout_s)
            if source:
                sock.bind(source)
            sock.connect(address)
        except OSError as error:
            failure = error
            sock.close()
        else:
            return sock
    raise failure


def is_public(address: str) -> bool:
    """Tell whether an IP address lies on the public internet, also when it is wrapped in an IPv6 one."""
    ip: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if any(ip in network for network in NAT64):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
        if int(ip) >> 32 & 0xFDFF_FFFF == 0x5EFE:  # ISATAP. Source: RFC 5214, 6.1
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
        if ip not in UNICAST6:  # among others ::/96, which some systems understand as IPv4
            return False
    return ip.is_global and not (
        any(ip in network for network in SPECIAL)
        or ip.is_multicast
        or ip.is_reserved
        or ip.is_private
        or ip.is_loopback
        or ip.is_link_local
        or ip.is_unspecified
    )


def _split(url: str) -> SplitResult:
    if not url:
        raise LinkError("No link was given; paste the video's web link.")
    if len(url) > LONGEST_URL:
        raise LinkError(f"The link has {len(url):,} characters; paste the video's link alone.")
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise LinkError("The link holds spaces or control characters; copy it again.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise LinkError("That is not a valid link; copy it again from the address bar.") from None
    if parts.scheme.lower() not in PORTS:
        raise LinkError("Only http and https links are opened; paste the video's web link.")
    if not parts.hostname:
        raise LinkError("The link names no website; copy it again from the address bar.")
    if "@" in parts.netloc:
        raise LinkError("The link holds a user name or password, which is never sent; paste it without.")
    return parts


def _host_and_port(parts: SplitResult) -> tuple[str, int]:
    host = (parts.hostname or "").rstrip(".").lower()
    return host, parts.port if parts.port is not None else PORTS[parts.scheme.lower()]


def _is_allowed(host: str, port: int, settings: "Settings") -> bool:
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" in settings.allowed_hosts


def _is_odd_number(host: str) -> bool:
    """Tell whether a host is an IPv4 address in decimal, octal, hexadecimal or short form."""
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeError):
        return False
    return not re.fullmatch(r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}", host)
