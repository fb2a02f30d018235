// Size of a latent; each side of the image is larger by the VAE's scale.

export interface LatentSize {
  readonly width: number;
  readonly height: number;
}
