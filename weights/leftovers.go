package weights

import "slices"

// leftovers are fields that training and loading leave in a config: they say nothing of the network.
var leftovers = []string{
	// diffusers' EMAModel, today's and as it was
	"decay", "min_decay", "optimization_step", "update_after_step", "use_ema_warmup", "inv_gamma", "power", "min_value", "max_value",
	"cur_decay_value", "foreach", "shadow_params", "use_ema", "ema_decay", "ema_inv_gamma", "ema_power", "ema_max_decay",
	// how and where it was loaded
	"dtype", "torch_dtype", "weight_dtype", "mixed_precision", "device", "device_map", "low_cpu_mem_usage", "name_or_path",
	"pretrained_model_name_or_path", "revision", "variant", "use_safetensors", "transformers_version", "diffusers_version", "model_type",
	"architectures",
	// how it was trained
	"gradient_checkpointing", "use_gradient_checkpointing", "enable_xformers_memory_efficient_attention", "seed", "learning_rate",
	"train_batch_size", "num_epochs", "global_step", "epoch",
}

// Leftovers lists the fields that are ignored in the config of a network, whatever their values.
func Leftovers() []string { return leftovers }

// Leftover knows one of them.
func Leftover(field string) bool { return slices.Contains(leftovers, field) }
