package solver

// vdmInfo is the ancestral sampler of variational diffusion models, written for a table of γ = ln(s²/a²) = -2λ:
//
//	c  = 1 - e^(γ_T - γ_S)
//	x' = (a_T/a_S)·(x - c·s_S·e) + s_T·√c·z
//
// D. Kingma et al., arXiv 2107.00630, eq. 33 and appendix A. c is 1 - e^-2h; with s_S·e = x - a_S·D this is
// A·e^-h·x + a_T·c·D + s_T·√c·z, DDPM with the small variance, and runs as that: so it holds at a_S = 0 too.
//
// Weak order 1; one evaluation a step.
var vdmInfo = Info{
	Kind: KindVDM, Name: "vdm",
	Line:   "draws each step from the reverse process of a learned noise table; the same as ddpm",
	Source: "Kingma et al., arXiv 2107.00630", Order: 1, Evals: perStep, Stochastic: true,
	Formula: "x' = (a_T/a_S)(x - c s_S e) + s_T √c z,  c = 1 - e^(γ_T - γ_S)",
	tape:    func(Options) Solver { return DDPM{Variance: VarianceSmall} },
}
