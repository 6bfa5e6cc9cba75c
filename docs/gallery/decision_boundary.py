from autograd_mini import MLP, fit
from autograd_mini.data import moons
from autograd_mini.drawing.plots import decision_boundary
from autograd_mini.optim import Adam

data = moons(200, noise=0.12, seed=1)
model = MLP(2, [8, 8, 1], activation="tanh", init="xavier_uniform", seed=0)
optimiser = Adam(model.parameters(), lr=0.03)
fit(model, data, "binary_cross_entropy_with_logits", optimiser, epochs=40, batch_size=20)
decision_boundary(model, data, lang=lang)
