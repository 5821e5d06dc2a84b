"""Making of planted models: small transformers in which each ability lives in known weights."""
