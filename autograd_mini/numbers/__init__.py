"""Kinds of number: what `exp`, `where` and `+` mean for each."""
