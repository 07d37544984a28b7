"""The metadata of an identity provider: an XML file beside the environment's own."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from config.diagnostics.collector import ProblemCollector
from config.models.environment.environment import Environment
from config.source.located import Located

# https://docs.aws.amazon.com/opensearch-service/latest/ServerlessAPIReference/API_SamlConfigOptions.html
MOST_CHARACTERS = 51_200
ENTITY = "EntityDescriptor"


def with_metadata(
    root: Path, folder: Path, environment: Located[Environment], findings: ProblemCollector
) -> Located[Environment]:
    """Return the environment with the content of the metadata file that it names, if any; collect problems of it."""
    saml = environment.settings.logging.saml
    if saml is None:
        return environment
    file = folder / saml.metadata_file
    try:
        text = (root / file).read_text(encoding="utf-8")
        wrong = _complaint(text)
    except FileNotFoundError:
        wrong = "is not there"
    except UnicodeDecodeError:
        wrong = "is not UTF-8 text"
    except OSError as error:
        wrong = f"cannot be read ({error.strerror})"
    if wrong:
        problem = environment.problem(
            "logging.saml.metadata_file",
            message=f"logging.saml.metadata_file: {file} {wrong}",
            allowed=f"SAML metadata: XML with {ENTITY} outermost, up to {MOST_CHARACTERS} characters",
            fix=f"save the metadata that your identity provider offers as {file}",
        )
        findings.add([problem])
        return environment
    settings = environment.settings.model_copy(update={"saml_metadata": text.strip()})
    return Located(settings, environment.node)


def _complaint(text: str) -> str | None:
    if len(text) > MOST_CHARACTERS:
        return f"has {len(text)} characters"
    try:
        tag = ElementTree.fromstring(text).tag  # noqa: S314 (a file of the company's own repository)
    except ElementTree.ParseError as error:
        return f"is not XML ({error})"
    return None if tag.rpartition("}")[2] == ENTITY else "is XML, but not SAML metadata"
