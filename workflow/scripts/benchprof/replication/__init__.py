"""Replication: what another draw of the train items would have made of an ability's mask."""
