from autograd_mini import MLP
from autograd_mini.data import iris, standardise
from autograd_mini.drawing.plots import gradient_histograms

(data,) = standardise(iris())
model = MLP(4, [8] * 6 + [3], activation="sigmoid", init="xavier_normal", seed=1)
gradient_histograms(model, data[:60], "cross_entropy", lang=lang)
