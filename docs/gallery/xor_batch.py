from autograd_mini import MLP, draw_network, fit
from autograd_mini.data import xor
from autograd_mini.optim import Adam

model = MLP(2, [3, 1], activation="tanh", init="xavier_uniform", seed=0)
optimiser = Adam(model.parameters(), lr=0.1)
fit(model, xor(), "binary_cross_entropy_with_logits", optimiser, epochs=100)
draw_network(model, [(1.0, 0.0)], show="gradient", lang=lang)
