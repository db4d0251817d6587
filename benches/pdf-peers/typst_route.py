"""typst with one warm compiler: every mark is placed absolutely. Speaks with the driver like the other routes."""

import sys
import time
from pathlib import Path

import typst


def family(path):
    """The name that a font file gives itself."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        name = font["name"]
        return name.getDebugName(16) or name.getDebugName(1)


def colour(fields):
    return "rgb(%s, %s, %s)" % tuple(fields)


def source(text, faces):
    out = []
    height = 0.0
    for line in text.splitlines():
        kind, *fields = line.split("\t")
        if kind == "page":
            width, height = map(float, fields)
            if out:
                out.append("#pagebreak()")
            out.append(f"#set page(width: {width}pt, height: {height}pt, margin: 0pt)")
        elif kind == "text":
            font, size, stretch, x, y, r, g, b, words = fields
            words = words.replace("\\", "\\\\").replace('"', '\\"')
            body = f'#text(font: "{faces[int(float(font))]}", size: {size}pt, fill: {colour([r, g, b])}, top-edge: "baseline", bottom-edge: "baseline", "{words}")'
            if float(stretch) != 1.0:
                body = f"#scale(x: {float(stretch) * 100}%, origin: left + top)[{body}]"
            out.append(f"#place(top + left, dx: {x}pt, dy: {height - float(y)}pt)[{body}]")
        else:
            width, r, g, b, path = fields
            words = path.split(" ")
            steps, at = [], 0
            point = lambda i: f"({words[i]}pt, {height - float(words[i + 1])}pt)"
            while at < len(words):
                if words[at] == "m":
                    steps.append(f"curve.move({point(at + 1)})")
                    at += 3
                elif words[at] == "l":
                    steps.append(f"curve.line({point(at + 1)})")
                    at += 3
                elif words[at] == "c":
                    steps.append(f"curve.cubic({point(at + 1)}, {point(at + 3)}, {point(at + 5)})")
                    at += 7
                else:
                    steps.append("curve.close()")
                    at += 1
            how = (
                f"stroke: {width}pt + {colour([r, g, b])}"
                if float(width) > 0
                else f"fill: {colour([r, g, b])}, stroke: none"
            )
            out.append(f"#place(top + left, curve({how}, {', '.join(steps)}))")
    return "\n".join(out).encode()


folder = Path(sys.argv[1])
faces = [family(folder / f"{name}.ttf") for name in ("song", "kai", "mono", "names")]
documents = [source(path.read_text(), faces) for path in sorted(folder.glob("*.draw"))]
compiler = typst.Compiler(font_paths=[str(folder)], ignore_system_fonts=True)
# A few documents are enough for a median: it is some ten times slower than we are.
documents = documents[:60]
for line in sys.stdin:
    if line.startswith("write "):
        Path(line[6:].strip()).write_bytes(compiler.compile(documents[0], format="pdf"))
        print("ok", flush=True)
    else:
        before = time.process_time()
        size = sum(len(compiler.compile(document, format="pdf")) for document in documents)
        print(time.process_time() - before, len(documents), size, flush=True)
