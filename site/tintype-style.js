// The element's style, as text for a constructed sheet. Its colours and type are
// the host page's; --tintype-accent, --tintype-radius and --tintype-line adjust it,
// and ::part() reaches every piece.
const style = `
:host { display: inline-block; max-width: 100%; color-scheme: inherit; font: inherit; vertical-align: top; }
:host([hidden]) { display: none; }
[hidden] { display: none !important; }
[part=frame] {
  position: relative; max-inline-size: 100%; aspect-ratio: 1; overflow: hidden;
  border-radius: var(--tintype-radius, 6px);
  background: var(--tintype-line, color-mix(in srgb, currentColor 8%, transparent));
}
canvas, ::slotted([slot=poster]), [part=poster] {
  position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: contain; image-rendering: pixelated;
}
/* Themes have rules for every image, which would win. */
::slotted([slot=poster]) { inline-size: 100% !important; block-size: 100% !important; max-inline-size: none !important; margin: 0 !important; }
canvas { visibility: hidden; }
:host([drawn]) canvas { visibility: visible; }
:host([drawn]) slot[name=poster] { display: none; }
progress {
  position: absolute; inset: auto 0 0 0; inline-size: 100%; block-size: 4px; appearance: none; border: 0;
  background: transparent; accent-color: var(--tintype-accent, currentColor);
}
progress::-webkit-progress-bar { background: transparent; }
progress::-webkit-progress-value { background: var(--tintype-accent, currentColor); }
progress::-moz-progress-bar { background: var(--tintype-accent, currentColor); }
/* The picture alone makes the width: words that change while it is drawn move nothing. */
[part=controls], slot[name=error], slot[name=caption] { inline-size: 0; min-inline-size: 100%; }
[part=controls] { margin-block-start: 8px; } /* its lines are where the theme has text: beside the margin or in the middle */
button {
  font: inherit; color: inherit; padding: 4px 14px; min-block-size: 36px; cursor: pointer;
  border: 1px solid color-mix(in srgb, currentColor 45%, transparent); border-radius: var(--tintype-radius, 6px);
  background: transparent;
}
button:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
:focus-visible { outline: 2px solid var(--tintype-accent, currentColor); outline-offset: 2px; }
[part=line] {
  display: block; margin-block-start: 6px; min-block-size: 1.25em; line-height: 1.25; font-size: 0.85em; opacity: 0.8; font-variant-numeric: tabular-nums;
}
[part=fields] { display: grid; margin-block-start: 6px; grid-template-columns: repeat(auto-fill, minmax(110px, 1fr)); gap: 8px; }
[part=field] { display: grid; gap: 2px; font-size: 0.85em; }
[part=input] {
  box-sizing: border-box; font: inherit; color: inherit; background: transparent; inline-size: 100%; block-size: 36px; padding: 2px 6px;
  border: 1px solid color-mix(in srgb, currentColor 45%, transparent); border-radius: var(--tintype-radius, 6px);
}
[part=input]::placeholder { color: inherit; opacity: 0.7; }
[part=input] option { color: CanvasText; background: Canvas; }
slot[name=error] { display: block; margin-block-start: 8px; }
slot[name=caption] { display: block; margin-block-start: 4px; font-size: 0.9em; }
[part=status] { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
@media (pointer: coarse) { button, [part=input] { min-block-size: 44px; } }
@media print { [part=controls], progress { display: none; } }
@media (forced-colors: active) { button, [part=input] { border-color: ButtonBorder; } }
`;

// One sheet for all elements of a document; a page's CSP need not allow inline styles for it.
const sheets = new WeakMap();
export function sheetsOf(document) {
  const { CSSStyleSheet } = document.defaultView ?? {};
  if (!CSSStyleSheet) return []; // a document that nobody sees
  if (!sheets.has(document)) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    sheets.set(document, [sheet]);
  }
  return sheets.get(document);
}
