package scheduler

// groups are options that many constructors share, with their defaults, as members of a JSON object.
var groups = [...][2]string{
	{"table", `"num_train_timesteps":1000,"trained_betas":null`},
	{"betas", `"beta_start":0.0001,"beta_end":0.02,"beta_schedule":"linear"`},
	{"latent", `"beta_start":0.00085,"beta_end":0.012,"beta_schedule":"linear"`},
	{"epsilon", `"prediction_type":"epsilon"`},
	{"threshold", `"thresholding":false,"dynamic_thresholding_ratio":0.995,"sample_max_value":1.0`},
	{"clip", `"clip_sample":true,"clip_sample_range":1.0`},
	{"no-clip", `"clip_sample":false,"clip_sample_range":1.0`},
	{"linspace", `"timestep_spacing":"linspace","steps_offset":0`},
	{"leading", `"timestep_spacing":"leading","steps_offset":0`},
	{"sigmas", `"use_karras_sigmas":false,"use_exponential_sigmas":false,"use_beta_sigmas":false`},
	{"flow-sigmas", `"use_flow_sigmas":false,"flow_shift":1.0,"use_dynamic_shifting":false,"time_shift_type":"exponential"`},
	{"dpm", `"solver_order":2,"algorithm_type":"dpmsolver++","solver_type":"midpoint","final_sigmas_type":"zero"`},
	{"bounds", `"sigma_min":null,"sigma_max":null`},
	{"zero-snr", `"rescale_betas_zero_snr":false`},
	{"to-one", `"set_alpha_to_one":true`},
	{"distilled", `"num_train_timesteps":1000,"trained_betas":null,"beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear","original_inference_steps":50,"timestep_scaling":10.0`},
	{"edm", `"num_train_timesteps":1000,"sigma_min":0.002,"sigma_max":80.0,"sigma_data":0.5,"sigma_schedule":"karras","rho":7.0`},
	{"flow", `"num_train_timesteps":1000,"shift":1.0`},
	{"shifts", `"use_dynamic_shifting":false,"base_shift":0.5,"max_shift":1.15,"base_image_seq_len":256,"max_image_seq_len":4096,"invert_sigmas":false,"shift_terminal":null,"time_shift_type":"exponential"`},
}

const (
	ddpm       = "table betas epsilon clip threshold leading zero-snr"
	ddim       = ddpm + " to-one"
	student    = "distilled epsilon no-clip threshold leading zero-snr to-one"
	sigmaSpace = "table betas epsilon sigmas linspace"
	latent     = "table latent epsilon sigmas linspace"
	family     = "table betas epsilon sigmas threshold flow-sigmas"
)

// classes lists the classes of Hugging Face diffusers 0.42.1 that are known here, each with its constructor's options
// and their defaults.
var classes = [...]Class{
	{Name: "DDPMScheduler", groups: ddpm, own: `"variance_type":"fixed_small"`},
	{Name: "GaussianDDPMScheduler", groups: ddpm, own: `"variance_type":"fixed_small"`}, // DDPM's first name
	{Name: "DDPMParallelScheduler", groups: ddpm, own: `"variance_type":"fixed_small"`},
	{Name: "UnCLIPScheduler", groups: "epsilon clip", own: `"num_train_timesteps":1000,"variance_type":"fixed_small_log","beta_schedule":"squaredcos_cap_v2"`},
	{Name: "DDIMScheduler", groups: ddim},
	{Name: "DDIMParallelScheduler", groups: ddim},
	{Name: "DDIMInverseScheduler", groups: "table betas epsilon clip leading zero-snr to-one"},
	{Name: "RePaintScheduler", groups: "table betas", own: `"eta":0.0,"clip_sample":true`},
	{Name: "PNDMScheduler", groups: "table betas epsilon leading", own: `"skip_prk_steps":false,"set_alpha_to_one":false`},
	{Name: "LMSDiscreteScheduler", groups: sigmaSpace, bounds: notKarras},
	{Name: "EulerDiscreteScheduler", groups: sigmaSpace + " bounds zero-snr", own: `"interpolation_type":"linear","timestep_type":"discrete","final_sigmas_type":"zero"`},
	{Name: "EulerAncestralDiscreteScheduler", groups: "table betas epsilon linspace zero-snr"},
	{Name: "HeunDiscreteScheduler", groups: latent + " no-clip", bounds: all},
	{Name: "KDPM2DiscreteScheduler", groups: latent, bounds: all},
	{Name: "KDPM2AncestralDiscreteScheduler", groups: latent, bounds: all},
	{Name: "DPMSolverSDEScheduler", groups: latent, own: `"noise_sampler_seed":null`, bounds: notKarras},
	{Name: "DPMSolverMultistepScheduler", groups: family + " linspace dpm zero-snr", own: `"lower_order_final":true,"euler_at_final":false,"use_lu_lambdas":false,"lambda_min_clipped":-Infinity,"variance_type":null`, bounds: all},
	{Name: "DPMSolverSinglestepScheduler", groups: family + " dpm", own: `"lower_order_final":false,"lambda_min_clipped":-Infinity,"variance_type":null`, bounds: all},
	{Name: "DEISMultistepScheduler", groups: family + " linspace", own: `"solver_order":2,"algorithm_type":"deis","solver_type":"logrho","lower_order_final":true`, bounds: all},
	{Name: "UniPCMultistepScheduler", groups: family + " linspace bounds zero-snr", own: `"solver_order":2,"predict_x0":true,"solver_type":"bh2","lower_order_final":true,"disable_corrector":[],"solver_p":null,"final_sigmas_type":"zero","shift_terminal":null`},
	{Name: "IPNDMScheduler", groups: "table"},
	{Name: "LCMScheduler", groups: student, unread: "steps_offset timestep_spacing"},
	{Name: "TCDScheduler", groups: student, unread: "clip_sample clip_sample_range thresholding dynamic_thresholding_ratio sample_max_value steps_offset timestep_spacing timestep_scaling"},
	{Name: "CMStochasticIterativeScheduler", own: `"num_train_timesteps":40,"sigma_min":0.002,"sigma_max":80.0,"sigma_data":0.5,"s_noise":1.0,"rho":7.0,"clip_denoised":true`},
	{Name: "SCMScheduler", own: `"num_train_timesteps":1000,"prediction_type":"trigflow","sigma_data":0.5`},
	{Name: "EDMEulerScheduler", groups: "edm epsilon", own: `"final_sigmas_type":"zero"`},
	{Name: "EDMDPMSolverMultistepScheduler", groups: "edm epsilon threshold dpm", own: `"lower_order_final":true,"euler_at_final":false`},
	{Name: "FlowMatchEulerDiscreteScheduler", groups: "flow shifts sigmas", own: `"stochastic_sampling":false`, bounds: all},
	{Name: "FlowMatchHeunDiscreteScheduler", groups: "flow"},
	{Name: "FlowMatchLCMScheduler", groups: "flow shifts sigmas", own: `"scale_factors":null,"upscale_mode":"bicubic"`, bounds: all},
	{Name: "ScoreSdeVeScheduler", own: `"num_train_timesteps":2000,"snr":0.15,"sigma_min":0.01,"sigma_max":1348.0,"sampling_eps":1e-05,"correct_steps":1`},
	{Name: "LTXEulerAncestralRFScheduler", own: `"num_train_timesteps":1000,"eta":1.0,"s_noise":1.0`, passes: "FlowMatchEulerDiscreteScheduler"},
}
