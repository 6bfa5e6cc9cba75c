"""The grammar of the sheet's formulas, the one walk over it, and its printers."""
