from autograd_mini import MLP, diagnose
from autograd_mini.data import iris, standardise
from autograd_mini.drawing.plots import gradient_by_depth

(data,) = standardise(iris())
kinds = {"sigmoid, Xavier": ("sigmoid", "xavier_normal"), "ReLU, He": ("relu", "he_normal")}
kinds["ReLU, N(0, 1)"] = ("relu", "normal")
networks = {
    name: MLP(4, [8] * 20 + [3], activation=activation, init=init, seed=1)
    for name, (activation, init) in kinds.items()
}
found = {name: diagnose(net, data[:30], "cross_entropy") for name, net in networks.items()}
gradient_by_depth(found, lang=lang)
