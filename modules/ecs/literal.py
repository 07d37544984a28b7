"""Text that Terraform must not read as its own."""

from __future__ import annotations


def literal(text: str) -> str:
    """Escape what begins an expression or a directive in Terraform's strings, so that it arrives letter by letter.

    https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1
    """
    return text.replace("${", "$${").replace("%{", "%%{")
