"""Optimisers; with the learning-rate schedules and the gradient clipping that go with them.

An optimiser changes the parameters against their gradients. Each one is a `rule` for a single
parameter, written as in its paper, in which

    w   the parameter before the step        g   its gradient dL/dw (plus weight_decay * w)
    lr  the learning rate of this step       t   the number of this step, from 1

What a rule has to remember from step to step (a velocity, a mean square) belongs to the optimiser
and starts at 0; nothing is stored on the parameters.

>>> from autograd_mini import Value
>>> w = Value(3.0, label="w")
>>> optimiser = SGD([w], lr=0.1)
>>> loss = w * w
>>> optimiser.zero_grad(); loss.backward(); optimiser.step()
>>> w.data                    # 3 - 0.1 * 6
2.4
"""

from .clipping import clip_by_norm, clip_by_value
from .optimisers import SGD, Adam, AdamW, Momentum, Nesterov, Optimiser, RMSprop
from .schedules import constant, cosine, linear, per_epoch, step_decay, warm_up

__all__ = ["Optimiser", "SGD", "Momentum", "Nesterov", "RMSprop", "Adam", "AdamW"]
__all__ += ["constant", "step_decay", "linear", "cosine", "warm_up", "per_epoch"]
__all__ += ["clip_by_norm", "clip_by_value"]
