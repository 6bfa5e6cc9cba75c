"""Steps in the terminal, and the command `autograd-mini step`."""
