"""Steps as pictures and films."""
