"""The tool that reads a published video from its link."""

from shortcast_ml.records import Published
from shortcast_tools.arguments import Url
from shortcast_tools.parts import parts


def fetch_video(url: Url) -> Published:
    """Fetch what a platform shows about one published video: title, thumbnail, length, counts, dates, channel.

    Use it when the user gives a link of a video that is already public. Not for drafts or local files, and
    not for lists of videos (that is `collect`). The video file itself is not downloaded.
    """
    from shortcast_tools.ytdlp import read_page

    return read_page(url, parts().settings)
