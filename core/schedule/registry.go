package schedule

import "tintype/core/limits"

var (
	offsetKnob   = knob(Offset, 0, 0, limits.Steps)
	roundingKnob = knob(Rounding, RoundTrained, RoundTrained, RoundNone)
	shiftKnob    = knob(Shift, 1, 0.01, 100)
	terminalKnob = knob(Terminal, 0, 0, 0.99)
	endsKnob     = knob(Ends, EndsProcess, EndsProcess, EndsTrailing)
	sigmaMinKnob = knob(SigmaMin, 0, 0, 1e4)
	sigmaMaxKnob = knob(SigmaMax, 0, 0, 1e6)
	beginKnob    = knob(Begin, BeginLate, BeginLate, BeginOwn)
	growthKnob   = knob(Growth, growthLinear, growthLinear, growthQuadratic)
	alphaKnob    = knob(Alpha, 0.6, 0.1, 10)
	betaKnob     = knob(Beta, 0.6, 0.1, 10)
)

var gridInfos = [gridKinds]GridInfo{
	{Kind: Linspace, Name: "linspace", times: linspace,
		Line:    "equal steps of time over the whole training range, both ends included",
		Formula: "t = (T-1)(1 - i/(n-1))", Source: "Ho et al., arXiv 2006.11239",
		Knobs: knobs(roundingKnob, shiftKnob, terminalKnob)},
	{Kind: Leading, Name: "leading", times: leading,
		Line:    "equal whole steps of time counted from the clean end; stops short of pure noise",
		Formula: "t = ⌊T/n⌋ (n-1-i) + offset", Source: "Song et al., arXiv 2010.02502", Knobs: knobs(offsetKnob)},
	{Kind: Trailing, Name: "trailing", times: trailing,
		Line:    "equal steps of time counted from the noisy end; right for few steps",
		Formula: "t = T - iT/n - 1", Source: "Lin et al., arXiv 2305.08891", Knobs: knobs(shiftKnob, terminalKnob)},
	{Kind: Karras, Name: "karras", sigmas: karras,
		Line:    "equal steps of the seventh root of sigma: more steps where little noise is left",
		Formula: "σ = (σmax^(1/ρ) + i/(n-1) (σmin^(1/ρ) - σmax^(1/ρ)))^ρ", Source: "Karras et al., arXiv 2206.00364, eq. 5",
		Knobs: knobs(knob(Rho, 7, 0.5, 20), endsKnob, offsetKnob, sigmaMinKnob, sigmaMaxKnob, beginKnob)},
	{Kind: LinspaceOpen, Name: "linspace-open", times: linspaceOpen,
		Line:    "equal steps of time that leave the clean end out; sgm_uniform, and the multistep solvers' linspace",
		Formula: "t = (T-1)(1 - i/n)", Source: "Lu et al., arXiv 2206.00927", Knobs: knobs(roundingKnob, shiftKnob, terminalKnob)},
	{Kind: LeadingOpen, Name: "leading-open", times: leadingOpen,
		Line:    "equal whole steps of time that leave the clean end out; the multistep solvers' leading",
		Formula: "t = ⌊T/(n+1)⌋ (n-i) + offset", Source: "diffusers", Knobs: knobs(offsetKnob)},
	{Kind: Simple, Name: "simple", times: simple,
		Line:    "every so many trained steps, counted from the noisy end",
		Formula: "t = T - 1 - ⌊iT/n⌋", Source: "ComfyUI", Knobs: knobs(shiftKnob)},
	{Kind: Quadratic, Name: "quadratic", times: quadratic,
		Line:    "equal steps of the root of time up to four fifths of it: more steps where little noise is left",
		Formula: "t = ⌊((n-1-i) √(0.8T)/(n-1))²⌋", Source: "Song et al., arXiv 2010.02502, appendix D.2",
		Knobs: knobs(roundingKnob)},
	{Kind: BetaTimes, Name: "beta", times: betaTimes,
		Line:    "times by the quantiles of a beta distribution: more steps at both ends",
		Formula: "t = (T-1) F⁻¹(1 - i/n)", Source: "Lee et al., arXiv 2407.12173",
		Knobs: knobs(alphaKnob, betaKnob, roundingKnob, shiftKnob)},
	{Kind: FastStep, Name: "fast-step", times: fastStep,
		Line:    "FastDPM's STEP: whole times, growing linearly or quadratically",
		Formula: "t = ⌊(n-1-i)(T-1)/(n-1)⌋, or as quadratic", Source: "Kong, Ping, arXiv 2106.00132", Knobs: knobs(growthKnob)},
	{Kind: FastVar, Name: "fast-var", levels: fastVar,
		Line:    "FastDPM's VAR: variances of a short process of its own, growing linearly or quadratically",
		Formula: "ᾱ_j = Π (1-η_i), η_i = β₀ + ix or β₀(1+ix)², the last ᾱ the process'", Source: "Kong, Ping, arXiv 2106.00132",
		Knobs: knobs(growthKnob)},
	{Kind: DistilledSteps, Name: "lcm", times: distilled,
		Line:    "every so many steps of the grid that a consistency or trajectory student was distilled on",
		Formula: "t = (original - ⌊i original/n⌋) T/original - 1", Source: "Luo et al., arXiv 2310.04378; Zheng et al., arXiv 2402.19159",
		Knobs: knobs(knob(Original, 50, 1, limits.Steps))},
	{Kind: AlignedSteps, Name: "ays", levels: aligned,
		Line:    "steps that were optimised for Stable Diffusion, between them equal steps of lambda",
		Formula: "λ linear between the times of a table", Source: "Sabour et al., arXiv 2404.14507",
		Knobs: knobs(knob(Aligned, alignedSD15, alignedSD15, alignedSDXL))},
	{Kind: Exponential, Name: "exponential", sigmas: exponential,
		Line:    "equal steps of lambda, the log of the signal-to-noise ratio",
		Formula: "ln σ = ln σmax + i/(n-1) (ln σmin - ln σmax)", Source: "Lu et al., arXiv 2206.00927",
		Knobs: knobs(endsKnob, offsetKnob, sigmaMinKnob, sigmaMaxKnob, beginKnob)},
	{Kind: Polyexponential, Name: "polyexponential", sigmas: polyexponential,
		Line:    "steps of lambda by a power: above 1, more of them where little noise is left",
		Formula: "ln σ = ln σmin + (1 - i/(n-1))^ρ (ln σmax - ln σmin)", Source: "k-diffusion",
		Knobs: knobs(knob(Rho, 1, 0.1, 10), sigmaMinKnob, sigmaMaxKnob, beginKnob)},
	{Kind: BetaSigmas, Name: "beta-sigma", sigmas: betaSigmas,
		Line:    "sigmas by the quantiles of a beta distribution; most steps are spent on strong noise",
		Formula: "σ = σmin + (σmax - σmin) F⁻¹(1 - i/(n-1))", Source: "diffusers", Knobs: knobs(alphaKnob, betaKnob, endsKnob, offsetKnob, sigmaMinKnob, sigmaMaxKnob, beginKnob)},
	{Kind: KLOptimal, Name: "kl-optimal", sigmas: klOptimal,
		Line:    "equal steps of the arc tangent of sigma",
		Formula: "σ = tan(i/(n-1) atan σmin + (1 - i/(n-1)) atan σmax)", Source: "Sabour et al., arXiv 2404.14507", Knobs: knobs(sigmaMinKnob, sigmaMaxKnob, beginKnob)},
	{Kind: ConsistencySteps, Name: "cm", sigmas: consistency,
		Line:    "some steps of the karras grid that a consistency model was distilled on",
		Formula: "σ = step i ⌊original/n⌋ of karras in original steps", Source: "Song et al., arXiv 2303.01469",
		Knobs: knobs(knob(Original, 40, 2, limits.Steps), knob(Rho, 7, 0.5, 20))},
	{Kind: BestPath, Name: "path", times: bestPath,
		Line:    "the steps whose measured costs have the least sum",
		Formula: "min Σ L(t, s) over paths of n steps", Source: "Watson et al., arXiv 2106.03802", Knobs: knobs()},
	{Kind: TimeList, Name: "times", times: timeList,
		Line: "the times that are listed beside it, noise falling", Formula: "t = times[i]", Source: "Yours", Knobs: knobs()},
	{Kind: SigmaList, Name: "sigmas", sigmas: sigmaList,
		Line: "the sigmas that are listed beside it, noise falling", Formula: "σ = sigmas[i]", Source: "Yours", Knobs: knobs()},
	{Kind: CrashSteps, Name: "crash", times: crash,
		Line:    "steps of a flat ramp at both ends; what iPNDM's audio models use, on a cosine",
		Formula: "t = 2/π asin(sin²(π/2 (1 - i/n)))", Source: "k-diffusion", Knobs: knobs()},
}
