"""What is asked and what was answered. Pure: imports nothing else of this project; tested by example and property."""
