"""Trains the workbench's model: a renderer of lit objects, and training of autoencoder, UNet and offsets."""
