"""What `sim.erlang` is made of; its public names are there."""
