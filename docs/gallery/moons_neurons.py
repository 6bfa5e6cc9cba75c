from autograd_mini import MLP, draw
from autograd_mini.data import moons
from autograd_mini.losses import binary_cross_entropy_with_logits

model = MLP(2, [8, 8, 1], activation="relu", init="he_normal", seed=0)
x, target = moons(100)[0]
loss = binary_cross_entropy_with_logits(model(x), target)
loss.label = "L"
loss.backward()
draw(loss, collapse="neuron", color_by="gradient", lang=lang)
