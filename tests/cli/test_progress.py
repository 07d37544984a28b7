from __future__ import annotations

from cli.terraform.display import describe
from cli.terraform.progress import Phase, Progress

OUTPUT = """\
dev-network  Initializing the backend...
dev-network  - Finding hashicorp/aws versions matching "5.100.0"...
             Terraform has been successfully initialized!
dev-orders  Initializing the backend...
dev-network  data.aws_availability_zones.zones: Reading...
dev-network  Terraform will perform the following actions:
               # aws_vpc.vpc (network/vpc) will be created
             Plan: 2 to add, 0 to change, 1 to destroy.
dev-network  aws_vpc.vpc_12AB (network/vpc): Creating...
dev-orders  Acquiring state lock. This may take a few moments...
dev-network  aws_vpc.vpc_12AB (network/vpc): Creation complete after 1s [id=vpc-1]
"""


def read(text: str, *stacks: str) -> Progress:
    progress = Progress(stacks)
    for line in text.splitlines():
        progress.read(line)
    return progress


def test_interleaved_lines_are_counted_for_the_stack_that_they_are_about() -> None:
    progress = read(OUTPUT, "dev-network", "dev-orders")
    network = progress.stacks["dev-network"]
    assert (network.phase, network.steps_done, network.steps) == (Phase.APPLYING, 1, 3)
    assert describe(network) == "1/3  aws_vpc network/vpc"
    assert progress.stacks["dev-orders"].phase is Phase.LOCKED
    assert progress.finished == 0


def test_the_end_of_a_stack_says_what_it_changed() -> None:
    text = (
        "dev-a  Apply complete! Resources: 2 added, 0 changed, 1 destroyed.\n"
        "dev-b  Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n"
        "dev-c  Destroy complete! Resources: 5 destroyed.\n"
    )
    progress = read(text, "dev-a", "dev-b", "dev-c")
    assert [stack.outcome for stack in progress.stacks.values()] == [
        "2 added, 1 destroyed",
        "no changes",
        "5 destroyed",
    ]
    assert progress.finished == 3


def test_an_error_is_kept_with_what_follows_it() -> None:
    text = """\
dev-a  Error: creating SQS Queue (a): AccessDenied

         with aws_sqs_queue.q,
dev-b  aws_vpc.vpc (vpc): Creating...
0 Stacks deploying     1 Stack done     0 Stacks waiting
"""
    progress = read(text, "dev-a", "dev-b")
    assert progress.stacks["dev-a"].phase is Phase.FAILED
    assert progress.stacks["dev-a"].errors == [
        "Error: creating SQS Queue (a): AccessDenied",
        "         with aws_sqs_queue.q,",
    ]
    assert progress.stacks["dev-b"].phase is Phase.APPLYING


def test_what_cdktf_itself_says_is_wrong_is_kept() -> None:
    progress = read("Error: Usage Error: Could not find stack for pattern 'dev-x'\n", "dev-a")
    assert progress.errors == ["Error: Usage Error: Could not find stack for pattern 'dev-x'"]
