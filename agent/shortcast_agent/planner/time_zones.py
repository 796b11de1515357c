"""Time zones as people name them: "in Korean time", "hora de México", "heure de Paris", "giờ Việt Nam", "EST"."""

import re

from shortcast_agent.planner.counts import fold

_PLACES = {
    "Asia/Seoul": "korean?|seoul|corea|coree|han quoc|한국|서울",
    "Asia/Ho_Chi_Minh": "vietnam(?:ese)?|viet nam|hanoi|ha noi|saigon|sai gon|베트남",
    "Asia/Tokyo": "japan(?:ese)?|tokyo|japon|nhat|일본|도쿄",
    "Europe/Madrid": "spain|spanish|madrid|espana|peninsular|espagne",
    "America/Mexico_City": "mexic(?:o|an)|cdmx|mexique",
    "America/Argentina/Buenos_Aires": "argentin(?:a|e)|buenos aires",
    "America/Bogota": "colombian?|bogota",
    "Europe/Paris": "france|french|paris|francaise|francia",
    "Europe/London": "uk|london|british|british summer|gmt/bst|bst|londres",
    "Europe/Berlin": r"german|germany|berlin|aleman\w*|cet|cest|central european",
    "America/New_York": "eastern|est|edt|et|new york|nueva york|east coast",
    "America/Chicago": "central|cst|cdt|chicago",
    "America/Denver": "mountain|mst|mdt|denver",
    "America/Los_Angeles": "pacific|pst|pdt|pt|los angeles|la|west coast|california",
    "Asia/Kolkata": "indian?|ist|mumbai|delhi",
    "UTC": "utc|gmt|universal",
}
_SAID = {
    zone: re.compile(
        rf"\b(?:{places})(?: standard| daylight)? (?:time|timezone|tz)\b|\btime(?: ?zone)?(?: is| in|:)? (?:{places})\b"
        rf"|\b(?:hora|horario|husos? horarios?) (?:de |del |en )?(?:{places})\b|\bheure (?:de |du |en )?(?:{places})\b"
        rf"|\bgio (?:o )?(?:{places})\b|(?:{places}) ?(?:시간|기준)"
    )
    for zone, places in _PLACES.items()
}


def read_time_zone(text: str) -> str | None:
    """Return the time zone that a text names for the hours it asks for, such as `Asia/Seoul`; None without one."""
    said = fold(text)
    if re.search(r"\b(?:in|at) (?:utc|gmt)\b", said):
        return "UTC"
    return next((zone for zone, pattern in _SAID.items() if pattern.search(said)), None)
