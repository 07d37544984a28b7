"""The dashboard of one service, in parts."""
