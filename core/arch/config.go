package arch

import (
	"fmt"
	"math"
)

// BlockType is what a level of the network is made of. The same three stand on the way down and on the way up.
type BlockType uint8

// The block types, with diffusers' names.
const (
	BlockPlain     BlockType = iota // DownBlock2D, UpBlock2D: resnets, convolution between the levels
	BlockAttention                  // AttnDownBlock2D, AttnUpBlock2D: an attention after every resnet
	BlockResnet                     // ResnetDownsampleBlock2D, ResnetUpsampleBlock2D: a resnet between the levels
)

// MidBlockType is what stands between the way down and the way up.
type MidBlockType uint8

// The middle blocks: UNetMidBlock2D, or null.
const (
	MidUNet MidBlockType = iota
	MidNone
)

// SampleType is how an attention block changes to the next level.
type SampleType uint8

// The two ways: a convolution, or a resnet with average pooling or nearest doubling inside.
const (
	SampleConv SampleType = iota
	SampleResnet
)

// TimeEmbeddingType is how a time becomes a row of numbers.
type TimeEmbeddingType uint8

// The three time embeddings; package nn has their formulas.
const (
	TimePositional TimeEmbeddingType = iota
	TimeFourier                      // the time is a noise level, and the output is divided by it
	TimeLearned
)

// ClassEmbedType is how the condition enters where there is no table of classes.
type ClassEmbedType uint8

// The three: null (a table if NumClassEmbeds is set, else nothing), a number embedded as a time is, a given row.
const (
	ClassNull ClassEmbedType = iota
	ClassTimestep
	ClassIdentity
)

// TimeScaleShift is resnet_time_scale_shift.
type TimeScaleShift uint8

// The two values.
const (
	ShiftDefault TimeScaleShift = iota
	ShiftScale                  // scale_shift
)

// UNet2DConfig is the configuration of diffusers' UNet2DModel, field by field in its order. Fields with one
// implemented value only (act_fn: SiLU) and fields that inference ignores (dropout) have no place here.
type UNet2DConfig struct {
	SampleHeight, SampleWidth int // sample_size, a default for pictures; 0: not stated
	InChannels, OutChannels   int
	CenterInputSample         bool // x becomes 2x - 1
	TimeEmbeddingType         TimeEmbeddingType
	TimeEmbeddingDim          int // 0: four times the first of BlockOutChannels
	FreqShift                 float64
	FlipSinToCos              bool
	DownBlockTypes            []BlockType
	MidBlockType              MidBlockType
	UpBlockTypes              []BlockType
	BlockOutChannels          []int
	LayersPerBlock            int // resnets of a level on the way down; one more on the way up
	MidBlockScaleFactor       float64
	DownsamplePadding         int // 1: all around; 0: right and bottom only
	DownsampleType            SampleType
	UpsampleType              SampleType
	AttentionHeadDim          int // channels of a head; 0 (null): one head over all
	NormNumGroups             int
	AttnNormNumGroups         int // of the middle attention's norm; 0 (null): see midAttentionGroups
	NormEps                   float64
	ResnetTimeScaleShift      TimeScaleShift
	AddAttention              bool // in the middle
	ClassEmbedType            ClassEmbedType
	NumClassEmbeds            int // 0: null
	NumTrainTimesteps         int // 0: null
}

// DefaultUNet2D is the configuration of UNet2DModel() without arguments.
func DefaultUNet2D() UNet2DConfig {
	return UNet2DConfig{
		InChannels: 3, OutChannels: 3, FlipSinToCos: true,
		DownBlockTypes:   []BlockType{BlockPlain, BlockAttention, BlockAttention, BlockAttention},
		UpBlockTypes:     []BlockType{BlockAttention, BlockAttention, BlockAttention, BlockPlain},
		BlockOutChannels: []int{224, 448, 672, 896},
		LayersPerBlock:   2, MidBlockScaleFactor: 1, DownsamplePadding: 1, AttentionHeadDim: 8,
		NormNumGroups: 32, NormEps: 1e-5, AddAttention: true,
	}
}

// Bounds that keep every product of a configuration's numbers far from overflow; real networks are far below.
const (
	maxChannels = 1 << 16
	maxLevels   = 12
	maxLayers   = 256
	maxRows     = 1 << 24 // of a table; every whole number below has its own float32
)

// ConfigError reports a field of the configuration, by diffusers' name, and what is wrong with its value.
type ConfigError struct{ Field, Problem string }

func (e *ConfigError) Error() string { return "unet config: " + e.Field + " " + e.Problem }

// check collects the first broken rule, so that a list of rules reads as one.
type check struct{ err error }

func (c *check) that(ok bool, field, format string, args ...any) {
	if !ok && c.err == nil {
		c.err = &ConfigError{Field: field, Problem: fmt.Sprintf(format, args...)}
	}
}

// Validate reports the first field whose value contradicts another or has no meaning. It accepts every network
// that diffusers builds and runs from these fields.
func (c UNet2DConfig) Validate() error {
	var k check
	c.checkLevels(&k)
	if k.err == nil {
		c.checkNorms(&k)
		c.checkInputs(&k)
	}
	return k.err
}

func (c UNet2DConfig) checkLevels(k *check) {
	levels := len(c.BlockOutChannels)
	k.that(levels >= 1 && levels <= maxLevels, "block_out_channels", "has %d levels: expected 1 to %d", levels, maxLevels)
	k.that(len(c.DownBlockTypes) == levels, "down_block_types", "has %d entries: expected %d as block_out_channels", len(c.DownBlockTypes), levels)
	k.that(len(c.UpBlockTypes) == levels, "up_block_types", "has %d entries: expected %d as block_out_channels", len(c.UpBlockTypes), levels)
	for i, n := range c.BlockOutChannels {
		k.that(n >= 1 && n <= maxChannels, fmt.Sprintf("block_out_channels[%d]", i), "is %d: expected 1 to %d", n, maxChannels)
	}
	for i, t := range c.DownBlockTypes {
		k.that(t <= BlockResnet, fmt.Sprintf("down_block_types[%d]", i), "is unknown")
	}
	for i, t := range c.UpBlockTypes {
		k.that(t <= BlockResnet, fmt.Sprintf("up_block_types[%d]", i), "is unknown")
	}
	k.that(c.InChannels >= 1 && c.InChannels <= maxChannels, "in_channels", "is %d: expected 1 to %d", c.InChannels, maxChannels)
	k.that(c.OutChannels >= 1 && c.OutChannels <= maxChannels, "out_channels", "is %d: expected 1 to %d", c.OutChannels, maxChannels)
	k.that(c.LayersPerBlock >= 1 && c.LayersPerBlock <= maxLayers, "layers_per_block", "is %d: expected 1 to %d", c.LayersPerBlock, maxLayers)
	k.that(c.DownsamplePadding == 0 || c.DownsamplePadding == 1, "downsample_padding", "is %d: implemented are 0 and 1", c.DownsamplePadding)
	k.that(c.DownsampleType <= SampleResnet, "downsample_type", "is unknown")
	k.that(c.UpsampleType <= SampleResnet, "upsample_type", "is unknown")
	k.that(c.MidBlockType <= MidNone, "mid_block_type", "is unknown")
	k.that(float32(c.MidBlockScaleFactor) != 0 && finite(c.MidBlockScaleFactor), "mid_block_scale_factor", "is %v: expected a finite number other than 0", c.MidBlockScaleFactor)
	k.that(c.SampleHeight >= 0 && c.SampleWidth >= 0, "sample_size", "is %d x %d: expected positive sizes", c.SampleHeight, c.SampleWidth)
}

func (c UNet2DConfig) checkNorms(k *check) {
	k.that(c.NormNumGroups >= 1, "norm_num_groups", "is %d: expected at least 1", c.NormNumGroups)
	k.that(c.AttnNormNumGroups >= 0, "attn_norm_num_groups", "is %d: expected at least 1, or null", c.AttnNormNumGroups)
	k.that(c.NormEps >= 0 && finite(c.NormEps), "norm_eps", "is %v: expected a finite number, not negative", c.NormEps)
	k.that(c.ResnetTimeScaleShift <= ShiftScale, "resnet_time_scale_shift", "is unknown")
	k.that(c.AttentionHeadDim >= 0, "attention_head_dim", "is %d: expected at least 1, or null", c.AttentionHeadDim)
	if k.err != nil {
		return
	}
	for i, n := range c.BlockOutChannels {
		k.that(n%c.NormNumGroups == 0, "norm_num_groups", "is %d: it does not divide block_out_channels[%d] = %d", c.NormNumGroups, i, n)
	}
	if groups := c.midAttentionGroups(); c.midAttention() && groups > 0 {
		last := c.last()
		k.that(last%groups == 0, "attn_norm_num_groups", "is %d: it does not divide the last of block_out_channels, %d", groups, last)
	}
	for i, n := range c.BlockOutChannels {
		attends := c.DownBlockTypes[i] == BlockAttention || c.UpBlockTypes[len(c.UpBlockTypes)-1-i] == BlockAttention ||
			i == len(c.BlockOutChannels)-1 && c.midAttention()
		k.that(!attends || c.AttentionHeadDim <= n, "attention_head_dim", "is %d: more than block_out_channels[%d] = %d has", c.AttentionHeadDim, i, n)
	}
}

func (c UNet2DConfig) checkInputs(k *check) {
	k.that(c.TimeEmbeddingType <= TimeLearned, "time_embedding_type", "is unknown")
	k.that(c.TimeEmbeddingDim >= 0 && c.TimeEmbeddingDim <= 4*maxChannels, "time_embedding_dim", "is %d: expected 1 to %d, or null", c.TimeEmbeddingDim, 4*maxChannels)
	k.that(finite(c.FreqShift), "freq_shift", "is %v: expected a finite number", c.FreqShift)
	if c.TimeEmbeddingType == TimePositional && k.err == nil {
		_, err := c.sinusoid().Frequencies()
		k.that(err == nil, "freq_shift", "is %v: %v", c.FreqShift, err)
	}
	k.that(c.NumTrainTimesteps >= 0 && c.NumTrainTimesteps <= maxRows, "num_train_timesteps", "is %d: expected 1 to %d", c.NumTrainTimesteps, maxRows)
	if c.TimeEmbeddingType == TimeLearned {
		k.that(c.NumTrainTimesteps > 0, "num_train_timesteps", "is null: a learned time embedding needs the size of its table")
	}
	k.that(c.ClassEmbedType <= ClassIdentity, "class_embed_type", "is unknown")
	k.that(c.NumClassEmbeds >= 0 && c.NumClassEmbeds <= maxRows, "num_class_embeds", "is %d: expected 1 to %d, or null", c.NumClassEmbeds, maxRows)
}

// finite says whether x is a finite float32.
func finite(x float64) bool { return math.Abs(x) <= math.MaxFloat32 }

// last is the deepest level's channels.
func (c UNet2DConfig) last() int { return c.BlockOutChannels[len(c.BlockOutChannels)-1] }

// TimeEmbedDim is the width of the embedding that every resnet reads; a class embedding's row has it too.
func (c UNet2DConfig) TimeEmbedDim() int {
	if c.TimeEmbeddingDim != 0 {
		return c.TimeEmbeddingDim
	}
	return 4 * c.BlockOutChannels[0]
}

// SizeMultiple is what a picture's height and width must be multiples of: every level but the last halves them.
func (c UNet2DConfig) SizeMultiple() int { return 1 << (len(c.BlockOutChannels) - 1) }

func (c UNet2DConfig) midAttention() bool { return c.MidBlockType == MidUNet && c.AddAttention }

// midAttentionGroups is the groups of the middle attention's norm, 0 if it has none: attn_norm_num_groups if set,
// else norm_num_groups, but no norm at all beside scale_shift resnets. The other attentions have norm_num_groups.
func (c UNet2DConfig) midAttentionGroups() int {
	switch {
	case c.AttnNormNumGroups != 0:
		return c.AttnNormNumGroups
	case c.ResnetTimeScaleShift == ShiftDefault:
		return c.NormNumGroups
	}
	return 0
}

// Condition is the field of tensor.Cond that a network reads.
type Condition uint8

// The fields: none, a class of the network's table, a number, a row of TimeEmbedDim numbers.
const (
	CondNone Condition = iota
	CondLabels
	CondValues
	CondRows
)

// Condition is what the network must be told beside the time. Beside a class_embed_type, num_class_embeds is
// ignored, as in diffusers.
func (c UNet2DConfig) Condition() Condition {
	switch {
	case c.ClassEmbedType == ClassTimestep:
		return CondValues
	case c.ClassEmbedType == ClassIdentity:
		return CondRows
	case c.NumClassEmbeds > 0:
		return CondLabels
	}
	return CondNone
}

// headDim is the channels of a head in an attention over channels.
func (c UNet2DConfig) headDim(channels int) int {
	if c.AttentionHeadDim == 0 {
		return channels
	}
	return c.AttentionHeadDim
}
