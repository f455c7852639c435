"""A small file in the published ward layout, to read or to spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = "WardName,WardCode,MajorText,MinorText,LookUp_BoroughName,201805,201806,201807"
ROWS = (
    "Loxford,E05011247,ROBBERY,ROBBERY OF PERSONAL PROPERTY,Redbridge,4,2,0",
    "Loxford,E05011247,THEFT,SHOPLIFTING,Redbridge,3,0,1",
    "Abbey,E05000026,THEFT,OTHER THEFT,Barking and Dagenham,12,9,30",
)
TEXT = "\n".join([HEAD, *ROWS]) + "\n"


@pytest.fixture
def ward_text() -> str:
    """Three rows of two wards over three months."""
    return TEXT


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write text or bytes under a name in a fresh folder."""

    def written(content: str | bytes, name: str = "wards.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return written
