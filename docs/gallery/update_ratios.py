from autograd_mini import MLP, fit
from autograd_mini.data import moons
from autograd_mini.drawing.measures import UpdateRatios
from autograd_mini.drawing.plots import update_ratios
from autograd_mini.optim import Adam

model = MLP(2, [8, 8, 1], activation="tanh", init="xavier_uniform", seed=0)
optimiser = Adam(model.parameters(), lr=0.003)
with UpdateRatios(model, optimiser) as ratios:
    fit(model, moons(100), "binary_cross_entropy_with_logits", optimiser, 40, 20)
update_ratios(ratios, lang=lang)
