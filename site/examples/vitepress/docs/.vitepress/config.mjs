import { defineConfig } from "vitepress";

const base = "/docs/";

export default defineConfig({
  base,
  title: "tintype in VitePress",
  head: [["script", { type: "module", src: base + "tintype/tintype.js" }]],
  // Vue takes an unknown tag for one of its own components, unless it is told.
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === "tintype-sampler" } } },
});
