"""Makes sans.ttf, the letters that the sample bills use, and sans.json, which glyph a letter is and how wide it is.

    python3 -m venv DIR && DIR/bin/pip install fonttools==4.68.0 && DIR/bin/python tools/pdf/font/make.py DejaVuSansCondensed.ttf

The font is DejaVu Sans Condensed 2.37; LICENSE beside this file is its licence.
"""
import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
LETTERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;/-+&@$%()#*"
)

font = TTFont(sys.argv[1], recalcTimestamp=False)
options = subset.Options(hinting=False, layout_features=[], name_IDs=[], notdef_outline=True, glyph_names=False)
options.drop_tables += ["GDEF", "GPOS", "GSUB", "kern", "name", "OS/2", "post", "FFTM", "gasp", "MATH"]
cutter = subset.Subsetter(options)
cutter.populate(text=LETTERS)
cutter.subset(font)
order = {name: number for number, name in enumerate(font.getGlyphOrder())}
glyphs = {
    chr(code): [order[name], round(font["hmtx"][name][0] * 1000 / font["head"].unitsPerEm)]
    for code, name in sorted(font.getBestCmap().items())
}
del font["cmap"]  # a PDF names glyphs by number
font.save(HERE / "sans.ttf", reorderTables=None)
(HERE / "sans.json").write_text(json.dumps(glyphs, separators=(",", ":")) + "\n")
