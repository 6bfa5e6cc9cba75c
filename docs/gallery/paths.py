from autograd_mini import Value, draw_paths

x = Value(0.5, label="x")
s = x.sin()
p = x * s
q = s * p
y = q + x
s.label, p.label, q.label, y.label = "s", "p", "q", "y"
y.backward()
draw_paths(y, x, lang=lang)
