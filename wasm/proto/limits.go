package proto

// Version is the number that every message carries as v. A worker and a page
// of different versions refuse each other instead of guessing.
const Version = 2

// MaxLegs bounds Sample.Before.
const MaxLegs = 8

// MaxCount bounds the pictures of a Sample, and so Sample.First+Sample.Count and Sheet.Pictures.
const MaxCount = 16

// MaxSteps bounds Sample.Steps; a model may have fewer.
const MaxSteps = 1000
