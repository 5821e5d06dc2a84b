"""Items as texts: what was asked, and what the intact and every ablated model answered."""
