package arch_test

import (
	"runtime"
	"testing"
)

// TestBytesAreWhatIsHeld: what a network says that its weights take is what the heap grows by, but for its small parts.
func TestBytesAreWhatIsHeld(t *testing.T) {
	inUse := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what the first has found is swept
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	cfg := engineConfig([]bool{true}, 64)
	cfg.LayersPerBlock = 1
	before := inUse()
	net := randomNet(t, cfg)
	held := inUse() - before
	if told := net.Bytes(); told > held || held-told > held/50 {
		t.Errorf("the network holds %d bytes and tells of %d", held, told)
	}
	runtime.KeepAlive(net)
}
