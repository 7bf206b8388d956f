"""The engine, for the package's own use: arrays cross as bytes of float64 in C order."""

from os import PathLike
from typing import Callable, Optional

VERSION: str

Progress = Optional[Callable[[float, str], object]]
Clip = Optional[tuple[float, float]]
Ends = tuple[bytearray, bytearray]

class Network:
    @staticmethod
    def open(path: str | PathLike[str], output: str | None, layers: str | None) -> Network: ...
    @staticmethod
    def read(bytes: bytes, output: str | None, layers: str | None) -> Network: ...
    def report(self) -> str: ...
    def written(self, kind: str) -> tuple[bytes, list[str]]: ...
    def infer(self, x: bytes, logits: bool, progress: Progress) -> bytearray: ...

def bounds(
    network: Network,
    asked: tuple[bytes, list[int] | None],
    region: tuple[float, str, Clip],
    method: tuple[str, str, str, int | None],
    rows: tuple[bytes, int] | None,
    progress: Progress,
) -> tuple[Ends, bytearray, list[Ends], list[int] | None]: ...
def radius(
    network: Network,
    asked: tuple[bytes, list[int]],
    region: tuple[str, Clip],
    method: tuple[str, str, int | None],
    largest: float | None,
    progress: Progress,
) -> list[tuple[float | None, float | None]]: ...
def verify(
    network: Network,
    query: bytes | None,
    image: tuple[bytes, int, float, Clip] | None,
    effort: tuple[float, str, int | None, int | None],
    certificate: bool,
    progress: Progress,
) -> tuple[str, str | None]: ...
def certify(
    network: Network,
    asked: tuple[bytes, list[int]],
    region: tuple[float, str, Clip],
    methods: list[str],
    lines: str,
    progress: Progress,
) -> list[tuple[str | None, str | None, str | None]]: ...
def check(certificate: bytes, network: Network, query: bytes | None, progress: Progress) -> str: ...
def attack(
    network: Network,
    asked: tuple[bytes, list[int]],
    region: tuple[float, str, Clip],
    effort: tuple[int, int, int, bool],
    progress: Progress,
) -> tuple[bytearray, list[float], bytearray]: ...
def plan(wanted: str) -> str: ...
def train(
    plan: str | None,
    images: bytes,
    data: tuple[list[int], bytes, int],
    keep: str | PathLike[str] | None,
    resume: bytes | None,
    progress: Progress,
) -> Network: ...
def forked() -> None: ...
