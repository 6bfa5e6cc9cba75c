"""For classes: exercises."""
