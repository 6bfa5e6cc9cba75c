"""Every word that a reader sees, in English and Spanish."""
