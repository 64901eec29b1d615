"""Until 19.0.3: the place of 19.0.1, for modules that were written for it."""
