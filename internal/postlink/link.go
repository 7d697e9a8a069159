package postlink

// Link does all that is done to a program after linking: Optimize, Threads with
// the leaf, Shrink, which drops the names by which Threads finds it, and Pack,
// whose start function none of the others would take.
func Link(bin []byte, leaf string) ([]byte, error) {
	bin, err := Optimize(bin)
	if err == nil {
		bin, err = Threads(bin, leaf)
	}
	if err == nil {
		bin, err = Shrink(bin)
	}
	if err == nil {
		bin, err = Pack(bin)
	}
	return bin, err
}
