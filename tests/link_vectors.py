"""Ways to make a program ask an address that it must not ask, each by a name.

`{port}` is that of a listener on the loopback which nobody may reach. The port is a usual one for the test, so that
the address is what is judged, not the port.
"""

PUBLIC = "93.184.216.34"
PUBLIC6 = "2606:2800:220:1:248:1893:25c8:1946"

# Names as a resolver would answer them, look-up by look-up (the last answer repeats).
NAMES: dict[str, list[list[str]]] = {
    "video.example": [[PUBLIC]],
    "localhost": [["127.0.0.1"]],
    "localhost.localdomain": [["127.0.0.1"]],
    "ip6-localhost": [["::1"]],
    "anything.localhost": [["127.0.0.1"]],
    "localtest.example": [["127.0.0.1"]],
    "127.0.0.1.nip.example": [["127.0.0.1"]],
    "metadata.google.internal": [["169.254.169.254"]],
    "instance-data": [["169.254.169.254"]],
    "host.docker.internal": [["192.168.65.2"]],
    "kubernetes.default.svc": [["10.96.0.1"]],
    "router": [["192.168.1.1"]],
    "wireserver.example": [["168.63.129.16"]],
    "six.example": [["::ffff:127.0.0.1"]],
    "half.example": [[PUBLIC, "127.0.0.1"]],
    "other-half.example": [["127.0.0.1", PUBLIC]],
    "turns.example": [[PUBLIC], ["127.0.0.1"]],
    "turns-late.example": [[PUBLIC], [PUBLIC], ["127.0.0.1"]],
    "turns-often.example": [[PUBLIC], ["127.0.0.1"], [PUBLIC], ["127.0.0.1"]],
    "turns-six.example": [[PUBLIC6], ["::1"]],
    "turns-inward.example": [[PUBLIC], ["10.0.0.7"]],
    "turns-mapped.example": [[PUBLIC], ["::ffff:7f00:1"]],
    "turns-nat64.example": [[PUBLIC6], ["64:ff9b::7f00:1"]],
}
REBINDING = tuple(name for name in NAMES if name.startswith("turns"))

_HOSTS = {
    "dotted": "127.0.0.1",
    "decimal": "2130706433",
    "hexadecimal": "0x7f000001",
    "octal": "017700000001",
    "dotted octal": "0177.0.0.1",
    "padded octal": "0000000177.0.0.1",
    "dotted hexadecimal": "0x7f.0x0.0x0.0x1",
    "mixed": "0x7f.0.1",
    "two parts": "127.1",
    "three parts": "127.0.1",
    "zero": "0",
    "all zeros": "0.0.0.0",
    "the far end of loopback": "127.255.255.254",
    "leading zero": "127.0.0.01",
    "trailing dot": "127.0.0.1.",
    "decimal with a trailing dot": "2130706433.",
    "beyond 32 bits": "6425673729",
    "part beyond 255": "127.0.0.257",
    "loopback 6": "[::1]",
    "loopback 6 at length": "[0:0:0:0:0:0:0:1]",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped in hexadecimal": "[::ffff:7f00:1]",
    "mapped at length": "[0:0:0:0:0:ffff:7f00:0001]",
    "compatible": "[::127.0.0.1]",
    "translated": "[::ffff:0:127.0.0.1]",
    "6to4": "[2002:7f00:1::]",
    "6to4 of metadata": "[2002:a9fe:a9fe::]",
    "NAT64": "[64:ff9b::7f00:1]",
    "local NAT64": "[64:ff9b:1::7f00:1]",
    "Teredo": "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "ISATAP": "[fe80::5efe:127.0.0.1]",
    "zone": "[fe80::1%25lo]",
    "bare zone": "[::1%lo]",
    "mapped with a zone": "[::ffff:127.0.0.1%25lo]",
    "unique local": "[fd12:3456:789a::1]",
    "site local": "[fec0::1]",
    "multicast 6": "[ff02::1]",
    "unspecified 6": "[::]",
    "discard 6": "[100::1]",
    "documentation 6": "[2001:db8::1]",
    "IPv4 in brackets": "[127.0.0.1]",
    "future address": "[v1.127.0.0.1]",
    "private 10": "10.0.0.1",
    "private 172": "172.31.255.1",
    "private 192": "192.168.0.1",
    "link local": "169.254.1.1",
    "carrier": "100.64.0.1",
    "benchmark": "198.18.0.1",
    "documentation": "192.0.2.1",
    "broadcast": "255.255.255.255",
    "multicast": "224.0.0.251",
    "reserved": "240.0.0.1",
    "metadata": "169.254.169.254",
    "metadata in decimal": "2852039166",
    "metadata 6": "[fd00:ec2::254]",
    "metadata of Alibaba": "100.100.100.200",
    "metadata of Oracle": "192.0.0.192",
    "metadata of Azure": "168.63.129.16",
    "full-width digits": "１２７.０.０.１",
    "ideographic full stops": "127。0。0。1",
    "half-width full stops": "127｡0｡0｡1",
    "enclosed digits": "①②⑦.⓪.⓪.①",
    "superscript digits": "¹²⁷.⁰.⁰.¹",
    "enclosed letters": "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "long s": "localhoſt",
    "soft hyphen": "local\u00adhost",
    "letter without width": "local\u200bhost",
    "punycode": "xn--localhost-9v8e",
    "upper case": "LOCALHOST",
    "upper case with a dot": "LocalHost.",
    "percent-encoded digits": "%31%32%37.0.0.1",
    "percent-encoded dots": "127%2e0%2e0%2e1",
    "percent-encoded name": "%6cocalhost",
    "twice encoded": "%2531%2532%2537.0.0.1",
    "user and password": "user:secret@127.0.0.1",
    "a website as user": "video.example@127.0.0.1",
    "encoded at sign": "video.example%40127.0.0.1",
    "two at signs": "a@video.example@127.0.0.1",
    "a long label": "a" * 64 + ".example",
    "a long name": ".".join(["abcdefghi"] * 30),
    "an empty label": "127..0.0.1",
    "underscore": "local_host",
}

_WHOLE = {
    "one slash": "http:/127.0.0.1:{port}/",
    "three slashes": "http:///127.0.0.1:{port}/",
    "no slash": "http:127.0.0.1:{port}/",
    "no scheme": "//127.0.0.1:{port}/",
    "bare": "127.0.0.1:{port}/",
    "bare decimal": "2130706433:{port}",
    "backslashes": "http:\\\\127.0.0.1:{port}\\",
    "backslash before the at sign": "http://127.0.0.1:{port}\\@video.example/",
    "backslash behind a website": "http://video.example\\@127.0.0.1:{port}/",
    "fragment before the at sign": "http://127.0.0.1:{port}#@video.example/",
    "query before the at sign": "http://127.0.0.1:{port}?@video.example/",
    "semicolon": "http://127.0.0.1:{port};video.example/",
    "tab in the host": "http://127.0.\t0.1:{port}/",
    "line break in the host": "http://127.0.\n0.1:{port}/",
    "line break behind the scheme": "http:\r\n//127.0.0.1:{port}/",
    "null byte": "http://video.example\x00@127.0.0.1:{port}/",
    "control character in front": "\x01http://127.0.0.1:{port}/",
    "space in the host": "http://127.0.0.1 .video.example:{port}/",
    "header smuggled in": "http://video.example/%0d%0aHost:127.0.0.1\r\nX: y",
    "very long": "http://127.0.0.1:{port}/" + "a" * 5000,
    "upper-case scheme": "HTTP://127.0.0.1:{port}/",
    "encoded scheme": "%68ttp://127.0.0.1:{port}/",
    "port out of range": "http://127.0.0.1:99999/",
    "port zero": "http://127.0.0.1:0/",
    "negative port": "http://127.0.0.1:-1/",
    "port of a database": "http://video.example:6379/",
    "port of a shell": "http://video.example:22/",
    "file": "file:///etc/passwd",
    "file of a host": "file://127.0.0.1/etc/passwd",
    "path": "/etc/passwd",
    "ftp": "ftp://127.0.0.1:{port}/",
    "gopher": "gopher://127.0.0.1:{port}/_x",
    "dict": "dict://127.0.0.1:{port}/",
    "ldap": "ldap://127.0.0.1:{port}/",
    "tftp": "tftp://127.0.0.1:{port}/",
    "rtmp": "rtmp://127.0.0.1:{port}/",
    "rtsp": "rtsp://127.0.0.1:{port}/",
    "mms": "mms://127.0.0.1:{port}/",
    "websocket": "ws://127.0.0.1:{port}/",
    "jar": "jar:http://127.0.0.1:{port}/!/",
    "view-source": "view-source:http://127.0.0.1:{port}/",
    "data": "data:text/html,<video src=http://127.0.0.1:{port}/>",
    "javascript": "javascript:fetch('http://127.0.0.1:{port}/')",
    "unix socket": "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "search of yt-dlp": "ytsearch1:http://127.0.0.1:{port}/",
    "default search of yt-dlp": "auto:127.0.0.1:{port}",
    "generic prefix of yt-dlp": "generic:http://127.0.0.1:{port}/",
    "smuggled data of yt-dlp": "http://127.0.0.1:{port}/#__youtubedl_smuggle=%7B%22to_generic%22%3A+true%7D",
}

LINKS = {
    **{name: f"http://{host}:{{port}}/x" for name, host in _HOSTS.items()},
    **{
        f"named {name}": f"http://{name}:{{port}}/x"
        for name in NAMES
        if name not in ("video.example", *REBINDING)
    },
    **_WHOLE,
}

# Where a redirect, or a page that may be opened, leads to.
TARGETS = {
    "loopback": "http://127.0.0.1:{port}/x.mp4",
    "no scheme": "//127.0.0.1:{port}/x.mp4",
    "decimal": "http://2130706433:{port}/x.mp4",
    "mapped": "http://[::ffff:127.0.0.1]:{port}/x.mp4",
    "full-width digits": "http://１２７.０.０.１:{port}/x.mp4",
    "localhost": "http://localhost:{port}/x.mp4",
    "metadata": "http://169.254.169.254/latest/meta-data/x.mp4",
    "metadata by name": "http://metadata.google.internal/x.mp4",
    "rebinding": "http://turns.example:{port}/x.mp4",
    "user": "http://video.example@127.0.0.1:{port}/x.mp4",
    "backslash": "/\\127.0.0.1:{port}/x.mp4",
    "tab": "http://127.0.\t0.1:{port}/x.mp4",
    "file": "file:///etc/passwd",
    "ftp": "ftp://127.0.0.1:{port}/x.mp4",
    "data": "data:video/mp4;base64,AAAA",
}
STATUSES = (301, 302, 303, 307, 308)

# A page's own ways to lead somewhere; {target} is where.
PAGES = {
    "meta refresh": '<meta http-equiv="refresh" content="0; url={target}">',
    "og:video": '<meta property="og:title" content="x"><meta property="og:video" content="{target}">',
    "twitter player": '<meta name="twitter:player" content="{target}">',
    "video": '<video src="{target}"></video>',
    "video with a source": '<video><source src="{target}" type="video/mp4"></video>',
    "poster and track": '<video src="/clip.mp4" poster="{target}"><track kind="subtitles" src="{target}"></video>',
    "iframe": '<iframe src="{target}"></iframe>',
    "base": '<base href="{target}"><video src="x.mp4"></video>',
    "object": '<object data="{target}"><embed src="{target}"></object>',
    "schema.org content": '<script type="application/ld+json">{{"@context":"https://schema.org","@type":"VideoObject",'
    '"name":"x","contentUrl":"{target}"}}</script>',
    "schema.org embed": '<script type="application/ld+json">{{"@context":"https://schema.org","@type":"VideoObject",'
    '"name":"x","embedUrl":"{target}"}}</script>',
    "schema.org thumbnail": '<script type="application/ld+json">{{"@context":"https://schema.org",'
    '"@type":"VideoObject","name":"x","contentUrl":"/clip.mp4","thumbnailUrl":["{target}"]}}</script>',
    "og:image": '<meta property="og:image" content="{target}"><video src="/clip.mp4"></video>',
    "player set-up": '<script>jwplayer("p").setup({{"file": "{target}", "title": "x"}});</script>',
    "canonical": '<link rel="canonical" href="{target}"><link rel="alternate" type="application/json+oembed" '
    'href="{target}">',
}
FILES = {  # by kind: a file that names others
    "playlist of HLS": ("application/vnd.apple.mpegurl", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n"),
    "key of HLS": (
        "application/vnd.apple.mpegurl",
        '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:2,\n{target}\n',
    ),
    "manifest of DASH": (
        "application/dash+xml",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
        '<BaseURL>{target}</BaseURL><Period><AdaptationSet mimeType="video/mp4">'
        '<Representation id="1" bandwidth="1"/></AdaptationSet></Period></MPD>',
    ),
    "outside entity": (
        "application/xml",
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{target}">]><rss version="2.0"><channel>'
        "<title>&x;</title></channel></rss>",
    ),
    "feed": (
        "application/rss+xml",
        '<?xml version="1.0"?><rss version="2.0"><channel><title>f</title><item><title>t</title><link>{target}</link>'
        '<enclosure url="{target}" type="video/mp4"/></item></channel></rss>',
    ),
    "SMIL": ("application/smil+xml", '<smil><body><video src="{target}"/></body></smil>'),
}  # fmt: skip
