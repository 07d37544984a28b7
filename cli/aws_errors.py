"""Why AWS did not do what a command asked, in words for the person who typed it."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from cli.errors import CommandError

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
UNKNOWN = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"})
# The answer to a HEAD has no body, and so no name of the error: only its status.
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "TooManyRequestsException"}
)
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    SSOError,
    TokenRetrievalError,
)


def code_of(error: BotoCoreError | ClientError) -> str:
    """AWS' own name of what went wrong, or nothing."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


def expired(account_id: str, why: str) -> CommandError:
    """Whoever asks has to sign in again."""
    return CommandError(
        f"your AWS credentials have expired, or AWS does not know them: {why}",
        fix=f"sign in to account {account_id} again (aws sso login, or AWS_PROFILE=...), and repeat the command",
    )


def is_unreachable(error: BotoCoreError | ClientError) -> bool:
    """Return whether no answer came at all: of whoever asks, nothing is known then."""
    return isinstance(error, ConnectionError | HTTPClientError)


def unreachable(error: BotoCoreError | ClientError) -> CommandError:
    """Nobody answers: it is the network, not the credentials."""
    return CommandError(f"AWS cannot be reached from here: {error}", fix="check the network, VPN or proxy")


def explained(error: BotoCoreError | ClientError, *, doing: str, right: str, account_id: str) -> CommandError:
    """`right` is what IAM must allow for it, such as logs:FilterLogEvents on arn:..."""
    code = code_of(error)
    if code in EXPIRED | UNKNOWN or isinstance(error, _NO_CREDENTIALS):
        return expired(account_id, str(error))
    if code in DENIED:
        return CommandError(
            f"you have no right to {doing}: {error}", fix=f"let somebody with the right allow your role in IAM: {right}"
        )
    if code in THROTTLED:
        return CommandError(
            f"AWS throttles this account, too many ask at once: {error}", fix="wait a minute, and repeat the command"
        )
    if is_unreachable(error):
        return unreachable(error)
    return CommandError(f"could not {doing}: {error}")
