"""Making and reading PDFs in tests."""

import json

import pypdfium2
import typst

from reports.typesetting import FAMILIES, FONTS

_FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
_SOURCE = b"""
#let data = json(bytes(sys.inputs.data))
#set document(title: "Texts")
#set text(font: data.fonts, lang: "en", weight: lower(data.weight))
#for line in data.texts { block(line) }
"""


def typeset_texts(texts, weight):
    """A PDF/UA of the texts, a paragraph each; the compiler refuses it when a character cannot be shown."""
    data = json.dumps({"texts": texts, "weight": weight, "fonts": FAMILIES})
    compiler = typst.Compiler(_SOURCE, font_paths=_FONTS, sys_inputs={"data": data})
    return compiler.compile(format="pdf", pdf_standards=["ua-1"])


def pages(pdf):
    """The text of each page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
