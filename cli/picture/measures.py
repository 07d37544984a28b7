"""The measures of the board, in pixels: where its columns and tiers begin."""

from __future__ import annotations

from cli.picture.shapes import BOX_HEIGHT, BOX_WIDTH

GAP, PER_ROW = 36, 4
ROW, STACKED = BOX_HEIGHT + 46, BOX_HEIGHT + 22
LEFT = 84
MONITORING_X = LEFT + PER_ROW * (BOX_WIDTH + GAP) + 16
VPC_X, VPC_RIGHT = 44, MONITORING_X + BOX_WIDTH + 24
REGIONAL_X = VPC_RIGHT + 44
WIDTH = REGIONAL_X + BOX_WIDTH + 44
OUTSIDE_Y, AWS_Y, PUBLIC_Y = 58, 152, 214
PUBLIC_HEIGHT = BOX_HEIGHT + 48
PRIVATE_Y = PUBLIC_Y + PUBLIC_HEIGHT + 18
