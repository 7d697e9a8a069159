const baseUrl = "/docs/";

module.exports = {
  title: "tintype in Docusaurus",
  url: "https://example.org",
  baseUrl,
  onBrokenLinks: "throw",
  plugins: [["@docusaurus/plugin-content-docs", { routeBasePath: "/" }]],
  themes: ["@docusaurus/theme-classic"],
  scripts: [{ src: baseUrl + "tintype/tintype.js", type: "module" }],
};
