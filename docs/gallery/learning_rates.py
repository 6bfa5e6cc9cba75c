from autograd_mini import MLP
from autograd_mini.data import moons
from autograd_mini.drawing.measures import sweep_learning_rates
from autograd_mini.drawing.plots import learning_rate_sweep

model = MLP(2, [8, 8, 1], activation="tanh", init="xavier_uniform", seed=0)
sweep = sweep_learning_rates(
    model, moons(100), "binary_cross_entropy_with_logits", batch_size=20, epochs=5
)
learning_rate_sweep(sweep, lang=lang)
