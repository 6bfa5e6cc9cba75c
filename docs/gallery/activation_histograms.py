from autograd_mini import MLP
from autograd_mini.data import iris, standardise
from autograd_mini.drawing.plots import activation_histograms

(data,) = standardise(iris())
model = MLP(4, [16] * 6, activation="tanh", output="tanh", init="normal", seed=1)
activation_histograms(model, data, lang=lang)
