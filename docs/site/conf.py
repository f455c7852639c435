"""Settings of the documentation site: nothing is fetched, neither when it is built nor when it is read."""

import evaluate

project = "evaluate"
author = "the evaluate authors"
release = evaluate.__version__
project_copyright = author
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
root_doc = "index"
exclude_patterns: list[str] = []

myst_heading_anchors = 3
myst_enable_extensions = ["attrs_inline"]

autodoc_typehints = "none"  # the docstrings give types in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_validation_checks = set()

html_theme = "pydata_sphinx_theme"
html_title = "evaluate"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["accessible.js"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "evaluate"},
    "show_prev_next": True,
    "navigation_depth": 2,
    "show_nav_level": 1,
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
