from autograd_mini import MLP, draw

model = MLP(2, [2, 1], activation="tanh", init="xavier_uniform", seed=2)
loss = (model([1.0, -1.0]) - 1.0) ** 2
loss.label = "L"
loss.backward()
draw(loss, group="neuron", detail="values", rankdir="TB", lang=lang)
