// What people write for a label, read as package model reads it: FORMAT.md, "Labels".

import { Sentence } from "./runtime.js";

const spaced = (s) => s.split(/\p{White_Space}+/u).filter(Boolean).join(" ");
const exact = (s) => spaced(s.normalize("NFC"));
const loose = (s) => spaced(s.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC"));

// find gives the places of the names that text means: those that are exactly it, or else those that are alike.
function find(list, text) {
  for (const form of [exact, loose]) {
    const want = form(text);
    const at = [...list.keys()].filter((i) => want && list[i] && (list[i] === text || form(list[i]) === want));
    if (at.length > 0) return at;
  }
  return [];
}

const trimmed = (s) => s.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
const isNumber = (s) => /^#\d+$/.test(trimmed(s));

// choice turns words into one number a slot, -1 where it stays open. info is a model's description (PROTOCOL.md).
export function choice(info, label) {
  const { slots } = info;
  const text = String(label ?? "");
  const bad = (why) => new Sentence(`The label “${text}” cannot be drawn: ${why}.`, "Choose one of the model's own.", "spec");
  const picked = slots.map(() => -1);
  if (text === "") return picked;
  if (slots.length === 0) throw bad("the model takes none");
  const given = new Set();
  const set = (at, value, quoted) => {
    if (given.has(at)) throw bad(`${slots[at].name} is given twice`);
    given.add(at);
    const v = valueOf(slots[at], trimmed(value), quoted, bad);
    picked[at] = v === slots[at].null ? -1 : v;
  };
  // Names of classes may have commas and equals signs: the whole text comes first.
  if (slots.length === 1 && !isNumber(text) && find(slots[0].values, text).length > 0) {
    set(0, text, false);
    return picked;
  }
  for (let rest = text; ;) {
    const equals = rest.indexOf("="), comma = rest.indexOf(",");
    const named = equals >= 0 && (comma < 0 || equals < comma) && !trimmed(rest).startsWith('"');
    const at = named ? slotOf(slots, rest.slice(0, equals), bad) : 0;
    if (!named && slots.length > 1) throw bad("write slot=value, with " + slots.map((s) => s.name).join(", "));
    const part = unquote(named ? rest.slice(equals + 1) : rest, bad);
    set(at, part.value, part.quoted);
    if (part.rest === "") return picked;
    rest = part.rest.slice(1);
  }
}

function slotOf(slots, name, bad) {
  const names = slots.map((s) => s.name);
  const at = find(names, name);
  if (at.length === 0) throw bad(`there is no ${trimmed(name)}, but ${names.join(", ")}`);
  if (at.length > 1) throw bad(`${trimmed(name)} may be ${names[at[0]]} or ${names[at[1]]}`);
  return at[0];
}

// unquote cuts one value off; rest is empty or begins with the comma behind it. Between quotation marks a comma is one of
// the name's characters, and two marks are one.
function unquote(all, bad) {
  const text = trimmed(all);
  if (!text.startsWith('"')) {
    const comma = text.indexOf(",");
    return comma < 0 ? { value: text, rest: "", quoted: false } : { value: text.slice(0, comma), rest: text.slice(comma), quoted: false };
  }
  const [whole, inner] = /^"((?:[^"]|"")*)"/.exec(text) ?? [];
  if (whole === undefined) throw bad("a quotation mark is not closed");
  const rest = trimmed(text.slice(whole.length));
  if (rest && rest[0] !== ",") throw bad(`a comma is missing before ${rest}`);
  return { value: inner.replaceAll('""', '"'), rest, quoted: true };
}

// valueOf prefers a name to a number: some values are called 1 or 2, or null.
function valueOf(slot, value, quoted, bad) {
  if (quoted || !isNumber(value)) {
    const at = find(slot.values, value);
    if (at.length === 1) return at[0];
    if (at.length > 1) throw bad(`${slot.name} has several values of the name ${value}; write the number, ${at.map((i) => "#" + i).join(" or ")}`);
  }
  if (!quoted) {
    const n = /^#?\d+$/.test(value) ? Number(value.replace("#", "")) : -1;
    if (n >= 0 && n < slot.values.length) return n;
    if (slot.open && (["null", "any", "-1"].includes(value) || n >= 0 && n === slot.null)) return -1;
  }
  throw bad(`${slot.name} has no ${value}`);
}
