"""The code of the function `<environment>-rollouts`, which watches rollouts and migrations inside AWS.

It needs the standard library and boto3, and nothing of the rest of this repository: modules/rollouts/function.py packs
this folder as it is.
"""
