"""The sheet's formulas as mathematics: text, LaTeX and MathML, with names or numbers filled in."""
