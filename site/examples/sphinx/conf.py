project = "tintype in Sphinx"
exclude_patterns = ["README.md", "_build"]
html_static_path = ["_static"]
html_js_files = [("tintype/tintype.js", {"type": "module"})]
