from autograd_mini import MLP, draw_network, fit
from autograd_mini.data import iris, standardise
from autograd_mini.optim import Adam

(data,) = standardise(iris())
model = MLP(4, [8, 3], activation="tanh", init="xavier_uniform", seed=0)
fit(model, data, "cross_entropy", Adam(model.parameters(), lr=0.05), epochs=20, batch_size=15)
draw_network(model, data.inputs[:50], lang=lang)  # the 50 flowers of the first species
