"""The pictures of the gallery, drawn once."""

from __future__ import annotations

import pytest
from gallery import build


@pytest.fixture(scope="session")
def exhibits() -> dict[str, build.Exhibit]:
    """The pictures by their names."""
    return {name: build.exhibit(name) for name in build.NAMES}
