"""Compiling: your function runs once on symbols; what they emit is a program for a back end."""
