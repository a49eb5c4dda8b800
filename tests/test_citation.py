"""CITATION.cff against the rules of the Citation File Format 1.2.0, and against the package."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import hrdem

#: Keys of the top level and of an entity: the format allows no others. From the schema at
#: https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md
REQUIRED = {"authors", "cff-version", "message", "title"}
ALLOWED = REQUIRED | {
    *("abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords"),
    *("license", "license-url", "preferred-citation", "references", "repository"),
    *("repository-artifact", "repository-code", "type", "url", "version"),
}
ENTITY_ALLOWED = {
    *("address", "alias", "city", "country", "date-end", "date-start", "email", "fax"),
    *("location", "name", "orcid", "post-code", "region", "tel", "website"),
}


@pytest.fixture(scope="module")
def citation(root: Path) -> dict[str, Any]:
    content = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    assert isinstance(content, dict)
    return content


@pytest.fixture(scope="module")
def package(root: Path) -> dict[str, Any]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert isinstance(project, dict)
    return project


def test_keys(citation: dict[str, Any]) -> None:
    assert citation.keys() >= REQUIRED
    assert citation.keys() <= ALLOWED
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in {"dataset", "software"}


def test_texts_are_texts(citation: dict[str, Any]) -> None:
    for key in ("title", "message", "abstract"):
        assert isinstance(citation[key], str)
        assert citation[key].strip() == citation[key] != ""
    keywords = citation["keywords"]
    assert all(isinstance(word, str) for word in keywords)
    assert len(set(keywords)) == len(keywords)


def test_the_authors_are_the_contributors(citation: dict[str, Any]) -> None:
    for author in citation["authors"]:
        assert author.keys() <= ENTITY_ALLOWED
    assert [author["name"] for author in citation["authors"]] == ["HRDem contributors"]


def test_a_release_has_its_day_and_an_unreleased_version_none(
    citation: dict[str, Any], root: Path
) -> None:
    changes = (root / "CHANGELOG.md").read_text("utf-8")
    released = dict(re.findall(r"^## \[(\d\S*)\] - (\S+)$", changes, re.MULTILINE))
    day = citation.get("date-released")
    assert released.get(citation["version"]) == day
    if day is not None:
        datetime.date.fromisoformat(day)


def test_one_version_everywhere(citation: dict[str, Any], package: dict[str, Any]) -> None:
    assert citation["version"] == package["version"] == hrdem.__version__


def test_what_is_cited_is_the_data_under_its_licence(
    citation: dict[str, Any], package: dict[str, Any]
) -> None:
    assert citation["type"] == "dataset"
    assert package["license"] == f"Apache-2.0 AND {citation['license']}"
