from autograd_mini import MLP, draw

model = MLP(2, [16] * 20 + [1], activation="relu", init="normal", seed=0)
y = model([0.6, -0.3])
y.label = "y"
y.backward()
draw(y, collapse="layer", color_by="gradient", rankdir="TB", lang=lang)
