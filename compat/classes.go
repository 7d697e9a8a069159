package compat

// What many constructors share.
const (
	linearBetas = `"num_train_timesteps":1000,"beta_start":0.0001,"beta_end":0.02,"beta_schedule":"linear","trained_betas":null,"prediction_type":"epsilon"`
	latentBetas = `"num_train_timesteps":1000,"beta_start":0.00085,"beta_end":0.012,"beta_schedule":"linear","trained_betas":null,"prediction_type":"epsilon"`
	scaledBetas = `"num_train_timesteps":1000,"beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear","trained_betas":null,"prediction_type":"epsilon"`
	threshold   = `"thresholding":false,"dynamic_thresholding_ratio":0.995,"sample_max_value":1.0`
	clip        = `"clip_sample":true,"clip_sample_range":1.0`
	noClip      = `"clip_sample":false,"clip_sample_range":1.0`
	linspaced   = `"timestep_spacing":"linspace","steps_offset":0`
	leading     = `"timestep_spacing":"leading","steps_offset":0`
	remakings   = `"use_karras_sigmas":false,"use_exponential_sigmas":false,"use_beta_sigmas":false`
	flowSigmas  = `"use_flow_sigmas":false,"flow_shift":1.0,"use_dynamic_shifting":false,"time_shift_type":"exponential"`
	multistep   = `"solver_order":2,"algorithm_type":"dpmsolver++","solver_type":"midpoint","final_sigmas_type":"zero"`
	distilled   = `"original_inference_steps":50,"set_alpha_to_one":true,"timestep_scaling":10.0,"rescale_betas_zero_snr":false`
	edm         = `"num_train_timesteps":1000,"prediction_type":"epsilon","sigma_min":0.002,"sigma_max":80.0,"sigma_data":0.5,"sigma_schedule":"karras","rho":7.0,"final_sigmas_type":"zero"`
)

var classes = []class{
	{"DDPMScheduler", linearBetas + "," + clip + "," + threshold + "," + leading + `,"variance_type":"fixed_small","rescale_betas_zero_snr":false`, planDDPM},
	{"DDIMScheduler", linearBetas + "," + clip + "," + threshold + "," + leading + `,"set_alpha_to_one":true,"rescale_betas_zero_snr":false`, planDDIM},
	{"DDIMInverseScheduler", linearBetas + "," + clip + "," + leading + `,"set_alpha_to_one":true,"rescale_betas_zero_snr":false`, planDDIMInverse},
	{"PNDMScheduler", linearBetas + "," + leading + `,"skip_prk_steps":false,"set_alpha_to_one":false`, planPNDM},
	{"LCMScheduler", scaledBetas + "," + noClip + "," + threshold + "," + leading + "," + distilled, planLCM},
	{"TCDScheduler", scaledBetas + "," + noClip + "," + threshold + "," + leading + "," + distilled, planTCD},
	{"EulerDiscreteScheduler", linearBetas + "," + remakings + "," + linspaced + `,"interpolation_type":"linear","sigma_min":null,"sigma_max":null,"timestep_type":"discrete","rescale_betas_zero_snr":false,"final_sigmas_type":"zero"`, planEuler},
	{"EulerAncestralDiscreteScheduler", linearBetas + "," + linspaced + `,"rescale_betas_zero_snr":false`, planEulerAncestral},
	{"HeunDiscreteScheduler", latentBetas + "," + remakings + "," + noClip + "," + linspaced, planHeun},
	{"LMSDiscreteScheduler", linearBetas + "," + remakings + "," + linspaced, planLMS},
	{"KDPM2DiscreteScheduler", latentBetas + "," + remakings + "," + linspaced, planKDPM2},
	{"KDPM2AncestralDiscreteScheduler", latentBetas + "," + remakings + "," + linspaced, planKDPM2},
	{"DPMSolverSDEScheduler", latentBetas + "," + remakings + "," + linspaced + `,"noise_sampler_seed":null`, planDPMSDE},
	{"DPMSolverMultistepScheduler", linearBetas + "," + remakings + "," + threshold + "," + linspaced + "," + flowSigmas + "," + multistep + `,"lower_order_final":true,"euler_at_final":false,"use_lu_lambdas":false,"lambda_min_clipped":-Infinity,"variance_type":null,"rescale_betas_zero_snr":false`, planDPMMultistep},
	{"DPMSolverSinglestepScheduler", linearBetas + "," + remakings + "," + threshold + "," + flowSigmas + "," + multistep + `,"lower_order_final":false,"lambda_min_clipped":-Infinity,"variance_type":null`, planDPMSinglestep},
	{"DEISMultistepScheduler", linearBetas + "," + remakings + "," + threshold + "," + linspaced + "," + flowSigmas + `,"solver_order":2,"algorithm_type":"deis","solver_type":"logrho","lower_order_final":true`, planDEIS},
	{"UniPCMultistepScheduler", linearBetas + "," + remakings + "," + threshold + "," + linspaced + "," + flowSigmas + `,"solver_order":2,"predict_x0":true,"solver_type":"bh2","lower_order_final":true,"disable_corrector":[],"solver_p":null,"final_sigmas_type":"zero","rescale_betas_zero_snr":false,"sigma_min":null,"sigma_max":null,"shift_terminal":null`, planUniPC},
	{"EDMEulerScheduler", edm, planEDMEuler},
	{"EDMDPMSolverMultistepScheduler", edm + "," + threshold + `,"solver_order":2,"algorithm_type":"dpmsolver++","solver_type":"midpoint","lower_order_final":true,"euler_at_final":false`, planEDMMultistep},
	{"FlowMatchEulerDiscreteScheduler", `"num_train_timesteps":1000,"shift":1.0,"use_dynamic_shifting":false,"base_shift":0.5,"max_shift":1.15,"base_image_seq_len":256,"max_image_seq_len":4096,"invert_sigmas":false,"shift_terminal":null,"time_shift_type":"exponential","stochastic_sampling":false,` + remakings, planFlowEuler},
	{"FlowMatchHeunDiscreteScheduler", `"num_train_timesteps":1000,"shift":1.0`, planFlowHeun},
	{"IPNDMScheduler", `"num_train_timesteps":1000,"trained_betas":null`, planIPNDM},
	{"CMStochasticIterativeScheduler", `"num_train_timesteps":40,"sigma_min":0.002,"sigma_max":80.0,"sigma_data":0.5,"s_noise":1.0,"rho":7.0,"clip_denoised":true`, planCM},
}
