// Size of a latent; the image is the VAE's scale larger along each axis.

export interface LatentSize {
  readonly width: number;
  readonly height: number;
}
