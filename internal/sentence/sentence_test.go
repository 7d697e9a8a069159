package sentence

import "testing"

func TestOf(t *testing.T) {
	for reason, want := range map[string]string{
		"": "", "steps: use 4": "Steps: use 4.", "done.": "Done.", "a": "A.", "émile": "Émile.", "äpfel fehlen.": "Äpfel fehlen.", "ждать": "Ждать.",
		"ǆep": "ǅep.", "模型": "模型.", "🙂 no": "🙂 no.", "\xffx": "\xffx.", "3 files": "3 files.",
	} {
		if got := Of(reason); got != want {
			t.Errorf("%q: %q, want %q", reason, got, want)
		}
	}
}
