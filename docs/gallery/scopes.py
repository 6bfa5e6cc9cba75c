from autograd_mini import Value, draw, scope

x = Value(0.8, label="x")
with scope("encoder"):
    w1, b1 = Value(1.5, label="w₁"), Value(-0.5, label="b₁")
    code = (w1 * x + b1).tanh()
    code.label = "h"
with scope("decoder"):
    w2 = Value(2.0, label="w₂")
    again = w2 * code
with scope("error"):
    loss = (again - x) ** 2
    loss.label = "L"
loss.backward()
draw(loss, detail="values", rankdir="TB", lang=lang)
