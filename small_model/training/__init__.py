"""Makes the workbench's model: a renderer of lit objects, the training of the autoencoder, the UNet and the offsets."""
