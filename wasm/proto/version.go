package proto

// Version is the number that every message carries as v. A worker and a page
// of different versions refuse each other instead of guessing.
const Version = 2
