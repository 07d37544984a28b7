"""Building blocks: each decides something about AWS on behalf of a stack."""
