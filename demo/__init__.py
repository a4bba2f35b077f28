"""An invented workshop, built by answering through the same operations as a person. Labelled as invented everywhere."""
