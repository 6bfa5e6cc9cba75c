from autograd_mini import Value, draw

r, phi = Value(2.0, label="r"), Value(0.5, label="φ")
x, y = phi.cos() * r, r * phi.sin()
x.label, y.label = "x", "y"
draw(x, y, detail="gradients", lang=lang)
