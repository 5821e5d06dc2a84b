"""Rules for masks, tried beside each other on one model, and what their masks do."""
