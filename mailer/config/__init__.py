"""config.yaml → Config: the models, and the reading that names file, line and key."""
