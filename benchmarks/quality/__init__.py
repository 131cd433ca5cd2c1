"""What screening, text, reply split and threading make of public mail sets: `make quality`."""
