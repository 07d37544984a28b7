"""moto 5.2.5 has one account for whoever has not assumed a role; here an access key may name its account.

So an environment that names its real account is deployed to the account of that number in the embedded AWS, too.
"""

from __future__ import annotations

import re

from moto.iam import models

from local_aws.endpoint import KEY_PREFIX

_NAMES_AN_ACCOUNT = re.compile(rf"{KEY_PREFIX}([0-9]{{12}})")


def apply() -> None:
    """Apply the patches of this file to moto."""
    stock = models.get_account_id_from

    def get_account_id_from(access_key: str) -> str:
        named = _NAMES_AN_ACCOUNT.fullmatch(access_key)
        return named[1] if named else stock(access_key)

    models.get_account_id_from = get_account_id_from
