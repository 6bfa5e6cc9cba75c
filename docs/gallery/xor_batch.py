from autograd_mini import MLP, draw_network, fit
from autograd_mini.data import xor
from autograd_mini.losses import binary_cross_entropy_with_logits
from autograd_mini.optim import Adam

model = MLP(2, [3, 1], activation="tanh", init="xavier_uniform", seed=0)
optimiser = Adam(model.parameters(), lr=0.1)
fit(model, xor(), "binary_cross_entropy_with_logits", optimiser, epochs=100)
sample, target = [1.0, 0.0], 1
model.zero_grad()
binary_cross_entropy_with_logits(model(sample), target).backward()
draw_network(model, sample, show="gradient", lang=lang)
