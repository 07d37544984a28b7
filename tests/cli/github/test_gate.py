"""`groundwork doctor github`, against GitHub's answers: the whole gate, and each thing that is missing from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.deploy import maintenance
from tests.cli.commands import Ended, Groundwork, groundwork_in
from tests.cli.github.server import State, github
from tests.synthesis import ROOT, Checkout

PREFIX = "repo:acme@1/groundwork@2"
DELIVERY = f"delivery:\n  repository: acme/groundwork\n  subject_prefix: {PREFIX}\n"
CHECKS = ["Every environment's code, and the workflows", "Tests"]
CODE_OWNERS = """\
/service_configs/releases/staging.yaml @acme/platform
/service_configs/releases/staging/     @acme/platform
/environments/                         @acme/platform
/.github/                              @acme/platform
/service_configs/releases/prod.yaml    @acme/platform
/service_configs/releases/prod/        @acme/platform
"""
UPGRADE = {"message": "Upgrade to GitHub Pro or make this repository public to enable this feature."}
NO_ADMIN = {"message": "Resource not accessible by personal access token"}
GATED = "staging, prod"


def review(**parameters: Any) -> dict[str, Any]:
    return {"type": "pull_request", "parameters": {"required_approving_review_count": 1, **parameters}}


def status_checks(names: list[str]) -> dict[str, Any]:
    contexts = [{"context": name} for name in names]
    return {"type": "required_status_checks", "parameters": {"required_status_checks": contexts}}


def all_set_up(state: State) -> None:
    """As the handbook leaves a private repository on GitHub Team."""
    state.branches["main"][".github/CODEOWNERS"] = CODE_OWNERS
    rules = [review(require_code_owner_review=True), status_checks(CHECKS)]
    state.settings = {
        "": (200, {"private": True, "default_branch": "main"}),
        "rules/branches/main": (200, rules),
        "branches/main/protection": (404, {"message": "Branch not protected"}),
        "codeowners/errors": (200, {"errors": []}),
        "actions/oidc/customization/sub": (200, {"use_default": True, "sub_claim_prefix": PREFIX}),
        "actions/permissions": (200, {"enabled": True, "allowed_actions": "all"}),
        "actions/permissions/workflow": (
            200,
            {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
        ),
    }
    for name in ("shared", "dev", "staging", "prod"):
        policy = {"protected_branches": False, "custom_branch_policies": True}
        state.settings[f"environments/{name}"] = (200, {"name": name, "deployment_branch_policy": policy})
        policies = {"branch_policies": [{"name": "main", "type": "branch"}]}
        state.settings[f"environments/{name}/deployment-branch-policies"] = (200, policies)


@pytest.fixture
def server() -> Iterator[State]:
    with github() as state:
        all_set_up(state)
        yield state


@pytest.fixture
def doctor(
    server: State, checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    (checkout.root / ".github").symlink_to(ROOT / ".github")
    shared = checkout.root / "environments/shared.yaml"
    text = shared.read_text()
    monkeypatch.setattr(maintenance, "ROOT", checkout.root)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    groundwork: Groundwork = groundwork_in(checkout.root, monkeypatch, capsys)

    def run(delivery: str = DELIVERY) -> Ended:
        shared.write_text(text + delivery)
        return groundwork("doctor", "github")

    return run


def test_with_everything_set_up_it_says_so_and_writes_nothing(server: State, doctor: Callable[..., Ended]) -> None:
    ended = doctor()
    assert (ended.code, ended.out, ended.err) == (0, "acme/groundwork is set up for delivery.\n", "")
    assert not server.writes


def test_protection_by_a_classic_rule_is_as_good(server: State, doctor: Callable[..., Ended]) -> None:
    server.settings["rules/branches/main"] = (200, [])
    classic = {
        "required_pull_request_reviews": {"require_code_owner_reviews": True},
        "required_status_checks": {"contexts": CHECKS, "checks": [{"context": name} for name in CHECKS]},
        "enforce_admins": {"enabled": True},
    }
    server.settings["branches/main/protection"] = (200, classic)
    assert doctor().code == 0
    server.settings["branches/main/protection"] = (200, classic | {"enforce_admins": {"enabled": False}})
    assert doctor().out == (
        "administrators of the repository are exempt from the protection of main\n"
        "  fix: Settings → Branches: *Do not allow bypassing the above settings*\n"
    )


def test_environments_of_protected_branches_are_restricted_if_no_other_branch_is(
    server: State, doctor: Callable[..., Ended]
) -> None:
    policy = {"protected_branches": True, "custom_branch_policies": False}
    server.settings["environments/prod"] = (200, {"name": "prod", "deployment_branch_policy": policy})
    server.settings["branches"] = (200, [{"name": "main"}])
    assert doctor().code == 0
    server.settings["branches"] = (200, [{"name": "main"}, {"name": "hotfix"}])
    assert "other branches than main may deploy to prod" in doctor().out


def without(path: str, status: int = 404, message: str = "Not Found") -> Callable[[State], None]:
    return lambda state: state.settings.update({path: (status, {"message": message})})


def answer(path: str, body: Any) -> Callable[[State], None]:
    return lambda state: state.settings.update({path: (200, body)})


def code_owners(text: str | None) -> Callable[[State], None]:
    def write(state: State) -> None:
        state.branches["main"].pop(".github/CODEOWNERS")
        if text is not None:
            state.branches["main"][".github/CODEOWNERS"] = text

    return write


FAULTS: dict[str, tuple[Callable[[State], object], str]] = {
    "no CODEOWNERS": (
        code_owners(None),
        ".github/CODEOWNERS on main names no owner of service_configs/releases/staging/, "
        "service_configs/releases/staging.yaml, environments/staging.yaml, service_configs/releases/prod/, "
        "service_configs/releases/prod.yaml, environments/prod.yaml, .github/CODEOWNERS, "
        ".github/workflows/deploy.yml, environments/shared.yaml\n"
        "  fix: add to .github/CODEOWNERS, at its end:\n"
        "    /service_configs/releases/staging/     @acme/YOUR-TEAM\n"
        "    /service_configs/releases/staging.yaml @acme/YOUR-TEAM\n"
        "    /environments/staging.yaml             @acme/YOUR-TEAM\n"
        "    /service_configs/releases/prod/        @acme/YOUR-TEAM\n"
        "    /service_configs/releases/prod.yaml    @acme/YOUR-TEAM\n"
        "    /environments/prod.yaml                @acme/YOUR-TEAM\n"
        "    /.github/CODEOWNERS                    @acme/YOUR-TEAM\n"
        "    /.github/workflows/deploy.yml          @acme/YOUR-TEAM\n"
        "    /environments/shared.yaml              @acme/YOUR-TEAM\n",
    ),
    "a later line takes the owner away": (
        code_owners(CODE_OWNERS + "/service_configs/\n"),
        ".github/CODEOWNERS on main names no owner of service_configs/releases/staging/, "
        "service_configs/releases/staging.yaml, service_configs/releases/prod/, service_configs/releases/prod.yaml\n"
        "  fix: add to .github/CODEOWNERS, at its end:\n"
        "    /service_configs/releases/staging/     @acme/platform\n"
        "    /service_configs/releases/staging.yaml @acme/platform\n"
        "    /service_configs/releases/prod/        @acme/platform\n"
        "    /service_configs/releases/prod.yaml    @acme/platform\n",
    ),
    "a team that is not there": (
        answer(
            "codeowners/errors",
            {"errors": [{"line": 2, "kind": "Unknown owner", "path": ".github/CODEOWNERS", "suggestion": "make sure"}]},
        ),
        ".github/CODEOWNERS:2: GitHub ignores this line: Unknown owner\n  fix: make sure\n",
    ),
    "another default branch": (
        answer("", {"private": True, "default_branch": "trunk"}),
        "the default branch is trunk, and deliveries are made from main\n"
        "  fix: write `branch: trunk` under `delivery:` in environments/shared.yaml, or change the default branch\n",
    ),
    "pushes without a pull request": (
        answer("rules/branches/main", [status_checks(CHECKS)]),
        f"main takes pushes without a pull request: whoever may push to it deploys {GATED}\n"
        "  fix: Settings → Rules → Rulesets: a ruleset for main with *Require a pull request before merging*\n"
        f"main takes changes that no code owner has approved: nobody has to approve {GATED}\n"
        "  fix: Settings → Rules → Rulesets: in the rule about pull requests, *Require review from Code Owners*\n",
    ),
    "no review by code owners": (
        answer("rules/branches/main", [review(require_code_owner_review=False), status_checks(CHECKS)]),
        f"main takes changes that no code owner has approved: nobody has to approve {GATED}\n"
        "  fix: Settings → Rules → Rulesets: in the rule about pull requests, *Require review from Code Owners*\n",
    ),
    "no checks": (
        answer("rules/branches/main", [review(require_code_owner_review=True), status_checks(["Tests"])]),
        f"main takes changes without these checks: {CHECKS[0]}\n"
        "  fix: Settings → Rules → Rulesets: *Require status checks to pass*, each by this name\n",
    ),
    "GitHub Free, private": (
        without("rules/branches/main", 403, UPGRADE["message"]),
        "GitHub protects no branch of a private repository on this plan: whoever may push to main deploys "
        f"{GATED}\n"
        "  fix: take GitHub Team or Enterprise for the organization; until then let few people push\n",
    ),
    "no environments": (
        lambda state: [state.settings.pop(f"environments/{name}") for name in ("shared", "prod")],
        "there is no environment shared, prod\n"
        "  fix: Settings → Environments: make each, with *Deployment branches* restricted to main; on GitHub Free a "
        "private repository has none: write `github_environments: false` under `delivery:` in "
        "environments/shared.yaml\n",
    ),
    "an environment for every branch": (
        answer("environments/prod", {"name": "prod", "deployment_branch_policy": None}),
        "other branches than main may deploy to prod: whoever may push one deploys it\n"
        "  fix: Settings → Environments → prod → Deployment branches: *Selected branches*, and main alone\n",
    ),
    "an environment for a pattern": (
        answer("environments/prod/deployment-branch-policies", {"branch_policies": [{"name": "*", "type": "branch"}]}),
        "other branches than main may deploy to prod: whoever may push one deploys it\n"
        "  fix: Settings → Environments → prod → Deployment branches: *Selected branches*, and main alone\n",
    ),
    "an environment for a tag of that name": (
        answer("environments/prod/deployment-branch-policies", {"branch_policies": [{"name": "main", "type": "tag"}]}),
        "other branches than main may deploy to prod: whoever may push one deploys it\n"
        "  fix: Settings → Environments → prod → Deployment branches: *Selected branches*, and main alone\n",
    ),
    "the subject of a moved repository": (
        answer("actions/oidc/customization/sub", {"use_default": True, "sub_claim_prefix": "repo:acme@1/groundwork@3"}),
        "the tokens of its workflows begin with repo:acme@1/groundwork@3, and AWS gives its roles to "
        f"{PREFIX} alone\n"
        "  fix: write `subject_prefix: repo:acme@1/groundwork@3` under `delivery:` in environments/shared.yaml, and "
        "deploy the stack delivery of each environment\n",
    ),
    "a subject of its own": (
        answer(
            "actions/oidc/customization/sub",
            {"use_default": False, "include_claim_keys": ["repo", "actor"], "sub_claim_prefix": PREFIX},
        ),
        "the subject of its tokens is customized (repo, actor), and AWS trusts the default one\n"
        "  fix: curl -X PUT {url}/repos/acme/groundwork/actions/oidc/customization/sub "
        """-H "Authorization: Bearer $GITHUB_TOKEN" -d '{"use_default": true}', with *write* for Actions\n""",
    ),
    "Actions switched off": (
        answer("actions/permissions", {"enabled": False}),
        "GitHub Actions are switched off\n  fix: Settings → Actions → General: allow them\n",
    ),
    "workflows that approve": (
        answer(
            "actions/permissions/workflow",
            {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True},
        ),
        "workflows may approve pull requests: a workflow can stand in for a reviewer\n"
        "  fix: Settings → Actions → General: clear *Allow GitHub Actions to create and approve pull requests*\n"
        "a workflow that names no permissions may write to the repository\n"
        "  fix: Settings → Actions → General → Workflow permissions: *Read repository contents and packages "
        "permissions*\n",
    ),
    "only chosen actions": (
        lambda state: state.settings.update(
            {
                "actions/permissions": (200, {"enabled": True, "allowed_actions": "selected"}),
                "actions/permissions/selected-actions": (
                    200,
                    {"github_owned_allowed": True, "patterns_allowed": ["hashicorp/*"]},
                ),
            }
        ),
        "the workflows use actions that may not run: aws-actions/configure-aws-credentials\n"
        "  fix: Settings → Actions → General: allow aws-actions/configure-aws-credentials@*\n",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_set_up_is_named_with_its_fix(fault: str, server: State, doctor: Callable[..., Ended]) -> None:
    change, said = FAULTS[fault]
    said = said.replace("{url}", server.environment["GITHUB_API_URL"])
    change(server)
    ended = doctor()
    assert (ended.code, ended.out) == (1, said)
    count = said.count("\n  fix: ")
    assert ended.err == f"{count} things of acme/groundwork are not set up.\n"


def test_what_the_token_may_not_ask_is_not_called_a_fault(server: State, doctor: Callable[..., Ended]) -> None:
    for path in ("actions/permissions", "actions/oidc/customization/sub"):
        server.settings[path] = (403, NO_ADMIN)
    server.settings["branches/main/protection"] = (403, NO_ADMIN)
    ended = doctor()
    assert ended.code == 0
    assert ended.out.count("not known, for this token may not ask: ") == 2
    assert "how the tokens of its workflows name it" in ended.out
    server.settings["rules/branches/main"] = (200, [])
    assert "not known, for this token may not ask: how main is protected" in doctor().out


def test_the_gated_environments_are_those_of_the_settings(server: State, doctor: Callable[..., Ended]) -> None:
    server.branches["main"][".github/CODEOWNERS"] = (
        "/.github/ @acme/platform\n/environments/shared.yaml @acme/platform\n"
    )
    ended = doctor(DELIVERY + "  gated_environments: [dev]\n")
    assert (
        ".github/CODEOWNERS on main names no owner of service_configs/releases/dev/, "
        "service_configs/releases/dev.yaml, environments/dev.yaml\n" in (ended.out)
    )
    assert doctor(DELIVERY + "  gated_environments: []\n").code == 0


def test_without_environments_on_github_none_is_asked_for(server: State, doctor: Callable[..., Ended]) -> None:
    del server.settings["environments/prod"]
    assert doctor(DELIVERY + "  github_environments: false\n").code == 0


def test_a_public_repository_has_them_on_every_plan(server: State, doctor: Callable[..., Ended]) -> None:
    answer("", {"private": False, "default_branch": "main"})(server)
    del server.settings["environments/prod"]
    assert "GitHub Free" not in doctor().out


def test_without_delivery_it_says_where_to_write_it(doctor: Callable[..., Ended]) -> None:
    ended = doctor("")
    assert ended.code == 2
    assert ended.err.startswith("environments/shared.yaml has no `delivery:`, so no workflow deploys\n  fix: ")
