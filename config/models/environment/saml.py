"""Sign-in by a company's identity provider."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.settings import Settings, in_words

MetadataFile = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.xml$"),
    in_words("the name of an .xml file beside the environment's own, such as identity-provider.xml"),
]
# Attribute and group names, https://docs.aws.amazon.com/opensearch-service/latest/ServerlessAPIReference/
SamlName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@:/ -]+$", max_length=256),
    in_words("1 to 256 letters, digits, spaces and _+=,.@:/-"),
]


class Saml(Settings):
    """An identity provider and who of it may read logs."""

    metadata_file: MetadataFile = Field(
        description="What your identity provider gives you to download, saved in environments/."
    )
    group_attribute: SamlName = Field(default="groups", description="The attribute that holds a person's groups.")
    user_attribute: SamlName | None = Field(
        default=None, description="The attribute that holds a person's name; by default the NameID."
    )
    reader_groups: tuple[SamlName, ...] = Field(
        min_length=1, max_length=12, description="The groups whose members may read every log here."
    )
