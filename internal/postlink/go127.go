package postlink

import "encoding/binary"

// A layout is what the steps take for granted of how one version of Go's linker
// and compiler lay a js/wasm program out. Each step checks what it can before it
// changes anything; where a program is laid out otherwise the step is left out
// (link.go). To move to another Go, write the new version's layout from the files
// named here and let Link use it.
type layout struct {
	version string

	// The globals of a program that threads need (cmd/link/internal/wasm,
	// writeGlobalSec): the first ones, each a type, a mutability and the constant 0.
	globals           [][]byte
	globalSP, globalG uint32

	// Below lowPage no program reads or writes: the first bytes of its memory stay
	// unused, so that a nil pointer with an offset meets nothing (cmd/link,
	// wasmMinDataAddr).
	lowPage int64

	// The table of functions (runtime's symtab.go, pcHeader, and runtime2.go, _func):
	//
	//	header   magic, 0, 0, 1 (the step of a program counter), 8 (bytes of a pointer);
	//	         then, 8 bytes each, the numbers of functions and files, 0, and the
	//	         places of the five parts below
	//	names, units, files, tables, functions
	//
	// functions begins with a pair of 32-bit numbers for each function, its entry and
	// the place of its record. A record holds places in tables, 0 meaning none; a
	// table is pairs of variable-length numbers up to a first one of 0.
	tableMagic  []byte
	headerBytes int
	recordBytes int // the fixed part of a record
	recordStep  int // records begin at multiples

	// Places of fields in a record.
	recordName   int
	recordStack  int // pcsp: needed to unwind
	recordFile   int
	recordLine   int
	recordTables int // how many more tables the record has behind it
	recordUnit   int // read with files only, and the function's first line behind it
	recordID     int // one byte: not 0 if the runtime, or a trace, treats the function as a special one
	recordData   int // how many places of further data follow these, one byte

	// readNames are names of functions that the runtime reads, besides special ones': of
	// those that it starts goroutines with (traceback.go, isSystemGoroutine), and of
	// those whose arguments it finds by others' (stkframe.go, argMapInternal).
	readNames []string

	unsafePoint int // of the tables, the one for asynchronous preemption
	argInfo     int // of the further data, how a trace shows arguments
	argAlive    int // and which of them it shows

	// Words of the program's description (runtime's symtab.go, moduledata); its first
	// two are where the table of functions and its names are.
	moduleFunctions int
	moduleFinder    int // the table that finds a function
	moduleFirst     int // the lowest program counter
	moduleLast      int // behind the highest one
	moduleEnd       int // of the memory that the program starts with
	moduleTypes     int // the next word is how many bytes of these describe types
	moduleTypesEnd  int
	moduleMore      int // where functions' further data is counted from
	moduleWords     int // how many there are

	// A type's description (internal/abi's type.go, Type, DescriptorSize): the fixed part, what its kind adds, and what
	// a named type and each method of it add.
	typeBytes, typeHash, typeFlags, typeKind int
	typeNamed                                byte // of the flags
	typeKinds                                map[byte]typeKind
	namedBytes, methodCount, methodBytes     int

	counterBits int // of a program counter are within the function
	findBits    int // of a program counter an entry of the finder is for (symtab.go, findfuncbucket)
	findBytes   int // of an entry: a number, and 16 bytes for what lies further on

	// spare is how many bytes of memory Go's start needs at least behind the data:
	// the linker leaves twice as much.
	spare int

	// emulated ends the names of functions that the compiler made for vectors of no
	// size: they are for processors without vectors.
	emulated string

	// never lists functions that no browser gets to, but for the exception always,
	// which is called to find out whether a condition holds.
	never  []condition
	always string
}

// A typeKind is how much longer the description of a kind of type is: more bytes, and each for some that are counted
// in what is behind the fixed part.
type typeKind struct {
	more, each int
	count      func(rest []byte) int
}

// listed counts what stands in a slice behind a pointer.
func listed(rest []byte) int { return int(binary.LittleEndian.Uint32(rest[16:])) }

// passed counts a function's parameters and results, whose highest bit says that the last parameter is variadic.
func passed(rest []byte) int {
	le := binary.LittleEndian
	return int(le.Uint16(rest)) + int(le.Uint16(rest[2:])&0x7fff)
}

// A condition is why functions are never called: unless the program has one of some
// functions, nothing calls those whose names begin with one of these.
type condition struct {
	unless []string
	names  []string
}

// go127 is the layout of Go 1.27.
var go127 = &layout{
	version: "Go 1.27",

	globals: [][]byte{
		{typeI32, mutable, opI32Const, 0, opEnd}, // SP
		{typeI64, mutable, opI64Const, 0, opEnd}, // CTXT
		{typeI64, mutable, opI64Const, 0, opEnd}, // g
	},
	globalSP: 0,
	globalG:  2,
	lowPage:  4096,

	tableMagic:  []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8},
	headerBytes: 72,
	recordBytes: 44,
	recordStep:  8,

	recordName:   4,
	recordStack:  16,
	recordFile:   20,
	recordLine:   24,
	recordTables: 28,
	recordUnit:   32,
	recordID:     40,
	recordData:   43,

	readNames: []string{"runtime.bgsweep", "runtime.bgscavenge", "runtime.forcegchelper", "runtime.updateMaxProcsGoroutine",
		"reflect.makeFuncStub", "reflect.methodValueCall"},

	unsafePoint: 0,
	argInfo:     5,
	argAlive:    6,

	moduleFunctions: 16,
	moduleFinder:    19,
	moduleFirst:     20,
	moduleLast:      21,
	moduleEnd:       34,
	moduleTypes:     37,
	moduleTypesEnd:  39,
	moduleMore:      43,
	moduleWords:     60,

	typeBytes: 48,
	typeHash:  16,
	typeFlags: 20,
	typeKind:  23,
	typeNamed: 1,
	typeKinds: map[byte]typeKind{
		17: {more: 24},                          // array
		18: {more: 16},                          // channel
		19: {more: 8, each: 8, count: passed},   // function
		20: {more: 32, each: 8, count: listed},  // interface
		21: {more: 88},                          // map
		22: {more: 8},                           // pointer
		23: {more: 8},                           // slice
		25: {more: 32, each: 24, count: listed}, // struct
	},
	namedBytes:  16,
	methodCount: 4,
	methodBytes: 16,

	counterBits: 16,
	findBits:    12,
	findBytes:   20,
	spare:       512 << 10,
	emulated:    "_simd0",

	never: []condition{
		// Execution traces, which somebody must start.
		{[]string{"runtime.StartTrace"}, []string{"runtime.traceLocker.", "runtime.traceAdvance"}},
		// Settings of GODEBUG, which a page has not: they count their uses, print what the
		// scheduler, the scavenger and the collector do, and may hold for some stacks only.
		{nil, []string{"internal_godebug.registerMetric", "internal_bisect.New", "internal_bisect.__Matcher_.",
			"runtime.schedtrace", "runtime.printScavTrace", "runtime.checkFinalizersAndCleanups", "runtime.printAncestorTraceback"}},
		// Self-tests of the ciphers, which run where GODEBUG asks for FIPS 140 (CAST).
		{nil, []string{"crypto_internal_fips140_aes.init.0.func1", "crypto_internal_fips140_aes_gcm.init.0.func1",
			"crypto_internal_fips140_drbg.init.0.func1", "crypto_internal_fips140_hmac.init.0.func1",
			"crypto_internal_fips140_sha256.init.0.func1", "crypto_internal_fips140_sha3.init.0.func1",
			"crypto_internal_fips140_sha512.init.0.func1"}},
		// Random numbers for the padding of what is packed: the unpacker's package brings
		// them along, with ciphers and hashes behind an interface.
		{[]string{"github.com_klauspost_compress_zstd.skippableFrame"}, []string{"crypto_rand.__reader_.Read", "crypto_cipher.__",
			"crypto_internal_fips140_aes.__", "crypto_internal_fips140_aes_gcm.__", "crypto_internal_fips140_drbg.__",
			"crypto_internal_fips140_drbg.Read", "crypto_internal_fips140_sha3.__", "crypto_internal_fips140_sha3.keccak",
			"crypto_internal_fips140_hmac.__", "crypto_internal_fips140_sha512.__"}},
		// Its way of unpacking on several goroutines, which package weights does not ask
		// for, and what it would print while it is debugged.
		{nil, []string{"github.com_klauspost_compress_zstd.__Decoder_.startStreamDecoder"}},
		{[]string{"log.Print", "log.Printf", "log.Println", "log.Output", "log.__Logger_.Print", "log.__Logger_.Printf", "log.__Logger_.Println", "log.__Logger_.Output"},
			[]string{"log.__Logger_.output", "log.formatHeader"}},
		// A second module, and C.
		{nil, []string{"runtime.typesEqual", "runtime.printCgoTraceback"}},
	},
	always: "runtime.traceLocker.ok",
}
