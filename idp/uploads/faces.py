"""Faces: how many, how large, how sharp. A detector may err, so its findings are doubts, which a person can settle.

OpenCV's own cascade of frontal faces (`haarcascade_frontalface_alt2`), which lies in the package: docs/decisions says why."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy
from PIL import Image

SEARCHED_SIDE = 640
LEAST_SEARCHED = 40
CERTAINTY = 4
LEAST_PIXELS = 90
LEAST_SHARE = 0.16
# A second face counts from this part of the first one's width on: people in the background do not.
SECOND_FACE_SHARE = 0.5
LOOKED_AT_SIDE = 160
LEAST_DETAIL = 6.0
LEAST_DETAIL_OF_CONTRAST = 0.003


@dataclass(frozen=True, slots=True)
class Face:
    """A square around a face, in pixels of the picture."""

    left: int
    top: int
    side: int

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return self.left + self.side / 2, self.top + self.side / 2


def found(picture: Image.Image) -> list[Face]:
    """The faces that look at the camera, the largest first."""
    grey = picture.convert("L")
    grey.thumbnail((SEARCHED_SIDE, SEARCHED_SIDE))
    scale = picture.width / grey.width
    squares = _detector().detectMultiScale(numpy.asarray(grey), 1.1, CERTAINTY, minSize=(LEAST_SEARCHED, LEAST_SEARCHED))
    faces = [Face(*(int(value * scale) for value in square[:3])) for square in squares]
    return sorted(faces, key=lambda face: -face.side)


def doubt(picture: Image.Image, faces: list[Face], frame_width: int) -> str | None:
    """Why these faces do not make a photo for a profile; None when they do."""
    if not faces:
        return "no_face"
    first, *others = faces
    if any(other.side >= first.side * SECOND_FACE_SHARE for other in others):
        return "faces"
    if first.side < max(LEAST_PIXELS, frame_width * LEAST_SHARE):
        return "face_small"
    return None if _is_sharp(picture, first) else "blurred"


def _is_sharp(picture: Image.Image, face: Face) -> bool:
    """Detail, as the variance of the Laplacian, at one size for all and against the contrast of the face."""
    square = picture.convert("L").crop((face.left, face.top, face.left + face.side, face.top + face.side))
    way = Image.Resampling.BOX if face.side >= LOOKED_AT_SIDE else Image.Resampling.BICUBIC
    pixels = numpy.asarray(square.resize((LOOKED_AT_SIDE, LOOKED_AT_SIDE), way))
    detail = cv2.Laplacian(pixels, cv2.CV_64F).var()
    return bool(detail >= max(LEAST_DETAIL, LEAST_DETAIL_OF_CONTRAST * pixels.var()))


@lru_cache
def _detector() -> cv2.CascadeClassifier:
    cv2.setNumThreads(1)
    return cv2.CascadeClassifier(str(Path(cv2.__file__).with_name("data") / "haarcascade_frontalface_alt2.xml"))
