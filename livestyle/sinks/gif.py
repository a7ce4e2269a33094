"""Animated GIFs of the last seconds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO

# OpenCV before PyAV: with PyAV's libxcb loaded first, no window ever comes up.
import cv2  # noqa: F401

# isort: split
import av
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from livestyle.errors import OutputError
from livestyle.sinks.replay import movie_bytes
from livestyle.sinks.ring import Remembered

SECONDS = 3.0

# GIFs count in hundredths of a second; browsers slow down what is quicker than two.
CLOCK = Fraction(1, 100)
STEP = 8

# What chats and forums take. Who is larger is made smaller until it fits.
LONGEST_SIDE = 480
MOST_BYTES = 8 * 2**20
SMALLER = 0.75

# One palette from all pixels of the clip: counting only those that change loses colours
# of the last pictures. The dither stands still, or every pixel of every picture is new.
PALETTE = "stats_mode=full"
DITHER = "dither=bayer:bayer_scale=4:diff_mode=rectangle"

AREA = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


def gif_bytes(
    remembered: Remembered,
    longest_side: int = LONGEST_SIDE,
    most_bytes: int = MOST_BYTES,
) -> memoryview:
    """A GIF, played for ever, of the last `SECONDS` of what is remembered.

    Args:
        remembered: encoded pictures.
        longest_side: pixels; larger pictures are made smaller.
        most_bytes: how large the file may be; what is larger is made smaller, too.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        shown = list(_sampled(remembered.last(SECONDS), longest_side))
        scale = 1.0
        while len(data := _encoded(shown, scale)) > most_bytes:
            scale *= SMALLER
        return data
    except (av.FFmpegError, ValueError, MemoryError) as error:
        raise OutputError(
            f"no GIF can be made: {' '.join(str(error).split()) or 'no memory'}",
            hint="Save the last seconds as a movie instead.",
        ) from error


def _sampled(remembered: Remembered, longest_side: int) -> Iterator[VideoFrame]:
    """The picture that is shown at each step of the last seconds, RGB and small."""
    length = remembered.seconds
    due = Fraction(max(0.0, length - SECONDS))
    shown: VideoFrame | None = None
    with av.open(BytesIO(movie_bytes(remembered)), "r") as container:
        for frame in container.decode(video=0):
            at = Fraction(frame.pts or 0) * (frame.time_base or 0)
            while shown is not None and due < at:
                yield shown
                due += STEP * CLOCK
            scale = min(1.0, longest_side / max(frame.width, frame.height))
            shown = _resized(frame, scale)
    while shown is not None and due < length:
        yield shown
        due += STEP * CLOCK


def _encoded(shown: list[VideoFrame], scale: float) -> memoryview:
    pictures = [_resized(frame, scale) for frame in shown]
    file = BytesIO()
    with av.open(file, "w", format="gif", container_options={"loop": "0"}) as container:
        stream = container.add_stream("gif", rate=1 / CLOCK / STEP)
        stream.width, stream.height = pictures[0].width, pictures[0].height
        stream.pix_fmt = "pal8"
        stream.codec_context.time_base = CLOCK
        for number, frame in enumerate(_in_colours(pictures)):
            frame.pts, frame.time_base = STEP * number, CLOCK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getbuffer()


def _resized(frame: VideoFrame, scale: float) -> VideoFrame:
    """In RGB, from BT.709 if it is not RGB yet."""
    return VideoReformatter().reformat(
        frame,
        max(round(frame.width * scale), 1),
        max(round(frame.height * scale), 1),
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        interpolation=AREA,
    )


def _in_colours(pictures: list[VideoFrame]) -> Iterator[VideoFrame]:
    """The pictures in the 256 colours that suit all of them best."""
    graph = Graph()
    source = graph.add_buffer(
        width=pictures[0].width,
        height=pictures[0].height,
        format=av.VideoFormat("rgb24"),
        time_base=CLOCK,
    )
    split = graph.add("split")
    palette = graph.add("palettegen", PALETTE)
    use = graph.add("paletteuse", DITHER)
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(graph.add("buffersink"))
    graph.configure()
    for number, picture in enumerate(pictures):
        picture.pts, picture.time_base = STEP * number, CLOCK
        graph.vpush(picture)
    graph.vpush(None)
    for _ in pictures:
        yield graph.vpull()
