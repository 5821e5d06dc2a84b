"""What the ten generators share: templates, drawing items from them, vocabulary."""
