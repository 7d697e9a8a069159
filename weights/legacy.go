package weights

import "strings"

// Names that diffusers gave the four matrices of an attention until 0.11, and gives them now.
var legacyAttention = map[string]string{
	"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0",
}

// currentName maps an old diffusers tensor name to today's. Networks know only today's names.
//
//	mid_block.attentions.0.query.weight           -> mid_block.attentions.0.to_q.weight
//	down_blocks.0.downsamplers.0.Conv2d_0.weight  -> down_blocks.0.downsamplers.0.conv.weight
func currentName(name string) string {
	fields := strings.Split(name, ".")
	// <...>.attentions.<i>.<matrix>.<weight|bias>, and the same for downsamplers.
	last := len(fields) - 2
	if last < 2 {
		return name
	}
	current, ok := legacyAttention[fields[last]]
	switch {
	case ok && fields[last-2] == "attentions":
	case fields[last] == "Conv2d_0" && fields[last-2] == "downsamplers":
		current = "conv"
	default:
		return name
	}
	fields[last] = current
	return strings.Join(fields, ".")
}

// currentShape drops the two ones of an attention matrix that was saved as a 1x1 convolution,
// [C C 1 1]; the data is the same.
func currentShape(name string, shape []int) []int {
	if len(shape) != 4 || shape[2] != 1 || shape[3] != 1 {
		return shape
	}
	if !strings.Contains("."+name, ".attentions.") || !strings.HasSuffix(name, ".weight") {
		return shape
	}
	for _, matrix := range legacyAttention {
		if strings.HasSuffix(name, "."+matrix+".weight") {
			return shape[:2]
		}
	}
	return shape
}
