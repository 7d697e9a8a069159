// The attributes of <tintype-sampler>, and the properties of the same names.

export const SETTINGS = ["model", "label", "seed", "solver", "grid", "steps", "guidance"]; // of sample()
const TEXTS = [...SETTINGS, "poster"];
const CHOICES = { loading: ["lazy", "eager"], controls: ["minimal", "none", "full"] }; // the first is the default
const SIZE = 256; // CSS pixels
export const NAMES = [...TEXTS, ...Object.keys(CHOICES), "size", "autoplay"];

// settingsOf are those of an element's attributes that sample() takes. One that is there counts, empty or not: sample()
// says what is wrong with it. What is wrong with the others is said here.
export function settingsOf(element) {
  const bad = (name, remedy) => Object.assign(new Error(`The attribute ${name} is “${element.getAttribute(name)}”.`), { type: "spec", remedy });
  for (const [name, values] of Object.entries(CHOICES)) {
    if (element.hasAttribute(name) && !values.includes(element.getAttribute(name))) throw bad(name, `Write ${values.join(", ")}.`);
  }
  if (element.hasAttribute("size") && !(sizeOf(element) > 0)) throw bad("size", "Write a number of CSS pixels.");
  return Object.fromEntries(SETTINGS.filter((name) => element.hasAttribute(name)).map((name) => [name, element.getAttribute(name)]));
}

const sizeOf = (element) => Number(element.getAttribute("size"));

// reflect gives a class the properties.
export function reflect(prototype) {
  const define = (name, get, set) => Object.defineProperty(prototype, name, { configurable: true, enumerable: true, get, set });
  for (const name of TEXTS) {
    define(name, function () { return this.getAttribute(name) ?? ""; }, function (value) {
      if (value === null || value === undefined) this.removeAttribute(name);
      else this.setAttribute(name, value);
    });
  }
  for (const [name, values] of Object.entries(CHOICES)) {
    define(name, function () { return values.includes(this.getAttribute(name)) ? this.getAttribute(name) : values[0]; },
      function (value) { this.setAttribute(name, value); });
  }
  define("size", function () { return sizeOf(this) > 0 ? sizeOf(this) : SIZE; }, function (value) { this.setAttribute("size", value); });
  define("autoplay", function () { return this.hasAttribute("autoplay"); }, function (value) { this.toggleAttribute("autoplay", Boolean(value)); });
}
