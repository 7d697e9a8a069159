// What may be asked of sample(), checked before anything is sent or downloaded. What only the model can know (its labels,
// its solvers and their settings, its own numbers of steps) the worker says.

import { limits } from "./limits.js";
import { Sentence } from "./runtime.js";

const NUMBERS = ["steps", "guidance", "rescale", "classify"];
const WORDS = ["solver", "grid"];
const KNOWN = ["model", "seed", "label", "count", ...WORDS, ...NUMBERS, "settings"];
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const refuse = (text, remedy) => new Sentence(text, remedy, "spec");
const given = (value) => value !== undefined && value !== null; // 0 is a value, and so is the empty text

// wrong names a value that is none.
export function wrong(name, value, remedy) {
  return refuse(value === "" ? `${name} is empty.` : `${name} is “${String(value)}”.`, remedy);
}

// allOf refuses what is no plain object of known names.
export function allOf(object, what, known) {
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    throw refuse(`The ${what}s are “${String(object)}”.`, `Write {name: value}, with ${known?.join(", ") ?? "the solver's own names"}.`);
  }
  for (const name of Object.keys(object)) {
    if (known && !known.includes(name)) throw refuse(`There is no ${what} ${name}.`, `Use ${known.join(", ")}.`);
  }
  return Object.entries(object).filter(([, value]) => given(value));
}

// messageOf makes a spec the fields of a sample request (docs/PROTOCOL.md); the model, which is one of models(), stays an id.
export function messageOf(spec) {
  const asked = Object.fromEntries(allOf(spec, "setting", KNOWN));
  const out = { seed: seedOf(asked.seed), count: number("count", asked.count ?? 1), ...labelOf(asked.label) };
  for (const name of ["model", ...WORDS]) if (given(asked[name])) out[name] = word(name, asked[name]);
  for (const name of NUMBERS) if (given(asked[name])) out[name] = number(name, asked[name]);
  out.settings = allOf(asked.settings ?? {}, "setting").map(([name, value]) => ({ name, value: number(name, value) }));
  return out;
}

function word(name, value) {
  if (typeof value !== "string" || value === "") throw wrong(name, value, "Write a name, or leave it out.");
  return value;
}

// labelOf is a text, which the worker reads, or a list with the number of a value for each slot, -1 where it is open.
function labelOf(label) {
  if (!given(label)) return { label: "" };
  if (Array.isArray(label)) {
    for (const n of label) if (!Number.isInteger(n) || n < -1) throw wrong("The label", label, "Write whole numbers from -1, one for each slot.");
    return { choice: label };
  }
  if (typeof label !== "string" && typeof label !== "number") {
    throw wrong("The label", label, "Write slot=value[,slot=value] or a name, or leave it out.");
  }
  return { label: String(label) };
}

// number is a value that has to be one, in its range if it has one.
function number(name, value) {
  const { min, max, whole } = limits[name] ?? { min: -Infinity, max: Infinity };
  const n = typeof value === "number" || typeof value === "bigint" || typeof value === "string" && DECIMAL.test(value.trim()) ? Number(value) : NaN;
  if (Number.isFinite(n) && n >= min && n <= max && (!whole || Number.isInteger(n))) return n;
  throw wrong(name, value, `Write a ${whole ? "whole " : ""}number${limits[name] ? ` from ${min} to ${max}` : ""}.`);
}

// randomSeed is a seed that fits into a JavaScript number.
const randomSeed = () => String(crypto.getRandomValues(new Uint32Array(1))[0]);

// seedOf is a seed as digits, a random one if none was given.
function seedOf(seed) {
  if (!given(seed)) return randomSeed();
  if (typeof seed === "number" && Number.isInteger(seed) && seed >= 2 ** 53) {
    throw refuse("The seed is a number of 2⁵³ or more, and those are rounded.", "Write it as text, or as a BigInt.");
  }
  const digits = ["number", "bigint", "string"].includes(typeof seed) ? String(seed).trim() : "";
  if (!/^\d+$/.test(digits) || BigInt(digits) >= 1n << 64n) {
    throw wrong("The seed", seed, "Write a whole number from 0 to 18446744073709551615.");
  }
  return String(BigInt(digits));
}
