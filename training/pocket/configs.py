"""Architectures of the pocket pack: Stable Diffusion 1.5's structure in miniature, as diffusers and transformers write them.

Sizes: UNet 15.5 M parameters; VAE 2.2 M, decode 20 GFLOP at 256x256; text encoder 5.0 M.
"""

UNET = {
    "_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0",
    "act_fn": "silu", "attention_head_dim": 4, "block_out_channels": [64, 96, 160, 160], "center_input_sample": False,
    "cross_attention_dim": 192,
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    "downsample_padding": 1, "flip_sin_to_cos": True, "freq_shift": 0, "in_channels": 4, "layers_per_block": 2,
    "mid_block_scale_factor": 1, "norm_eps": 1e-05, "norm_num_groups": 16, "out_channels": 4, "sample_size": 32,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
    "use_linear_projection": False,
}
VAE = {
    "_class_name": "AutoencoderKL", "_diffusers_version": "0.6.0",
    "act_fn": "silu", "block_out_channels": [32, 48, 96, 96], "down_block_types": ["DownEncoderBlock2D"] * 4,
    "in_channels": 3, "latent_channels": 4, "layers_per_block": 1, "norm_num_groups": 16, "out_channels": 3,
    "sample_size": 256, "scaling_factor": 1.0, "up_block_types": ["UpDecoderBlock2D"] * 4,
}
TEXT = {
    "architectures": ["CLIPTextModel"], "attention_dropout": 0.0, "bos_token_id": 4094, "dropout": 0.0, "eos_token_id": 4095,
    "hidden_act": "quick_gelu", "hidden_size": 192, "initializer_factor": 1.0, "initializer_range": 0.02,
    "intermediate_size": 768, "layer_norm_eps": 1e-05, "max_position_embeddings": 77, "model_type": "clip_text_model",
    "num_attention_heads": 4, "num_hidden_layers": 6, "pad_token_id": 4095, "projection_dim": 192, "torch_dtype": "float16",
    "transformers_version": "4.22.0.dev0", "vocab_size": 12288,
}
SCHEDULER = {
    "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "beta_start": 0.00085, "clip_sample": False, "num_train_timesteps": 1000, "prediction_type": "epsilon",
    "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1, "trained_betas": None,
}
MODEL_INDEX = {
    "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.6.0", "feature_extractor": [None, None],
    "requires_safety_checker": False, "safety_checker": [None, None], "scheduler": ["diffusers", "PNDMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
}
