// The full controls of <tintype-sampler>: a field for each slot of the model, for the seed, steps and guidance. They show
// what the attributes say; what a reader chooses in them, "any" and an emptied field too, comes before that.

import { limits } from "./limits.js";
import { Sentence } from "./runtime.js";

const NUMBERS = ["seed", "steps", "guidance"]; // what has a field besides the label
const stateOf = (field) => field.selectedIndex ?? field.value;

export class Fields {
  #form;
  #shown = new Map(); // what was put into each field; who types the same has chosen it
  #info = null;

  constructor(form) {
    this.#form = form;
    form.addEventListener("input", ({ target }) => this.#shown.delete(target));
  }

  // build makes the fields that a model has (docs/PROTOCOL.md, info), with what attributes say.
  build(info, attribute) {
    this.clear();
    this.#info = info;
    for (const { name, values, open, null: none } of info.slots) {
      const list = make("select", {});
      list.dataset.slot = name;
      if (open) list.append(new Option("any", ""));
      for (const [at, value] of values.entries()) {
        if (open && at === none) continue; // that is any
        const numbered = value === "" || values.indexOf(value) !== values.lastIndexOf(value);
        const option = new Option(numbered ? `${value} #${at}`.trim() : value, value);
        option.dataset.at = at;
        list.append(option);
      }
      this.#add(name, list);
      if (open) this.#keep(list); // else its first value is what is drawn
    }
    for (const name of NUMBERS) {
      if (name === "steps" && info.steps.length === 1 || name === "guidance" && info.guidanceReason) continue;
      const { min = 0, max = "", whole = true } = limits[name] ?? {};
      this.#add(name, make("input", { type: "number", name, min, max, step: whole ? 1 : 0.1, placeholder: info.defaults[name] ?? "random" }));
      this.show(name, attribute(name));
    }
  }

  clear() {
    this.#form.replaceChildren();
    this.#shown.clear();
    this.#info = null;
  }

  // show puts an attribute into its field, or what the model does without one.
  show(name, value) {
    const field = this.#field(name);
    if (!field) return;
    field.value = value ?? this.#info.defaults[name] ?? "";
    this.#keep(field);
  }

  // drew puts the seed of a picture into its field. One that a reader chose stays chosen.
  drew(seed) {
    const field = this.#field("seed");
    if (!field || this.#chosen(field) && plain(field.value) === seed) return;
    this.show("seed", seed);
  }

  // release has the fields of the label follow it again, which choose then shows.
  release() {
    this.#lists().forEach((list) => this.#keep(list));
  }

  // choose shows a label, given as one number a slot.
  choose(picked) {
    for (const [slot, list] of this.#lists().entries()) {
      if (this.#chosen(list)) continue;
      const at = [...list.options].findIndex((option) => Number(option.dataset.at ?? -1) === (picked[slot] ?? -1));
      list.selectedIndex = Math.max(at, 0);
      this.#keep(list);
    }
  }

  // spec is what a reader chose, as sample() takes it: undefined is the model's own.
  spec() {
    const spec = {};
    for (const field of NUMBERS.map((name) => this.#field(name))) {
      if (!field || !this.#chosen(field)) continue;
      if (field.validity.badInput) throw new Sentence(`${field.name} is not a number.`, "Write one, or empty the field.", "spec");
      spec[field.name] = field.value === "" ? undefined : field.value;
    }
    const lists = this.#lists();
    if (lists.some((list) => this.#chosen(list))) spec.label = lists.map((list) => Number(list.selectedOptions[0]?.dataset.at ?? -1));
    return spec;
  }

  // seed is the one that a reader chose, undefined if none was.
  get seed() {
    const field = this.#field("seed");
    return field && this.#chosen(field) ? plain(field.value) : undefined;
  }

  // words are the label that is shown, for those who cannot see the picture.
  words() {
    return this.#lists().filter((list) => list.value).map((list) => `${list.dataset.slot} ${list.value}`).join(", ");
  }

  #field(name) {
    return this.#form.querySelector(`[name=${name}]`);
  }

  #lists() {
    return [...this.#form.querySelectorAll("[data-slot]")];
  }

  #keep(field) {
    this.#shown.set(field, stateOf(field));
  }

  #chosen(field) {
    return this.#shown.get(field) !== stateOf(field);
  }

  #add(name, control) {
    control.setAttribute("part", "input");
    const label = make("label", {});
    label.setAttribute("part", "field");
    label.append(Object.assign(document.createElement("span"), { textContent: name }), control);
    this.#form.append(label);
  }
}

const plain = (digits) => digits.trim().replace(/^0+(?=\d)/, "");
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
