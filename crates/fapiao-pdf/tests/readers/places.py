"""What is where on the pages of a PDF or an OFD: millimetres from the upper left corner, text at its baseline.

Each page is a dictionary: `width`, `height`, `runs` of text, straight `lines`, stroked `ovals`, filled `areas` and
`pictures`. A run is what touches in one font, size and colour. An area is the filled pieces of one colour that lie
together: its box, how many pieces, and a sum of their places.
"""

import hashlib
import itertools
import xml.etree.ElementTree as ET
import zipfile

# Filled pieces so far from each other are two areas.
APART = 5


def add_run(runs, run):
    """Adds text, to the run before it where it goes on."""
    last = runs[-1] if runs else None
    same = last and all(last[key] == run[key] for key in ("size", "face", "colour", "upright"))
    if same and abs(last["y"] - run["y"]) < 0.005 and abs(last["right"] - run["x"]) < 0.02:
        last["text"] += run["text"]
        last["right"] = run["right"]
    else:
        runs.append(run)


def add_piece(areas, box, colour):
    """Adds a filled piece, to the area before it where it lies beside."""
    place = " ".join(f"{edge:.2f}" for edge in box).encode()
    last = areas[-1] if areas else None
    if last and last["colour"] == colour:
        one = last["box"]
        gap = max(box[0] - one[2], one[0] - box[2], box[1] - one[3], one[1] - box[3])
        if gap < APART:
            last["box"] = [min(one[0], box[0]), min(one[1], box[1]), max(one[2], box[2]), max(one[3], box[3])]
            last["pieces"] += 1
            last["sum"].update(place)
            return
    areas.append({"box": box, "pieces": 1, "colour": colour, "sum": hashlib.sha256(place)})


def finished(areas):
    return [{**area, "sum": area["sum"].hexdigest()[:8]} for area in areas]


def pdf_pages(path):
    """The pages of a PDF, read by pdfplumber."""
    import pdfplumber
    from pdfminer.layout import LTCurve

    mm = lambda points: float(points) * 25.4 / 72

    def colour(parts):
        parts = parts if isinstance(parts, tuple) and len(parts) == 3 else (parts,) * 3
        return "#" + "".join(f"{round(part * 255):02x}" for part in parts)

    def box(thing):
        return [mm(thing[edge]) for edge in ("x0", "top", "x1", "bottom")]

    def runs(page):
        found = []
        for char in page.chars:
            a, b, c, d, x, y = char["matrix"]
            run = {
                "text": char["text"],
                "x": mm(x),
                "y": mm(page.height) - mm(y),
                "right": mm(char["x1"]),
                "size": round(char["size"], 2),
                "face": char["fontname"].split("+")[-1].split("-")[0],
                "colour": colour(char["non_stroking_color"]),
                "upright": (a, b, c, d) == (1, 0, 0, 1),
            }
            add_run(found, run)
        return found

    def strokes(things):
        return [
            {"box": box(thing), "width": mm(thing["linewidth"]), "colour": colour(thing["stroking_color"])}
            for thing in things
            if thing["stroke"]
        ]

    def areas(page):
        found = []
        # In the order of the content, which the lists by kind do not have.
        for thing in page.layout:
            if isinstance(thing, LTCurve) and thing.fill:
                top, bottom = (page.height - y for y in (thing.y1, thing.y0))
                edges = [mm(edge) for edge in (thing.x0, top, thing.x1, bottom)]
                add_piece(found, edges, colour(thing.non_stroking_color))
        return finished(found)

    with pdfplumber.open(path) as pdf:
        return {
            "pages": [
                {
                    "width": mm(page.width),
                    "height": mm(page.height),
                    "runs": runs(page),
                    "lines": strokes(page.lines),
                    "ovals": strokes(page.curves),
                    "areas": areas(page),
                    "pictures": [box(image) for image in page.images],
                }
                for page in pdf.pages
            ]
        }


def ofd_pages(path):
    """The pages of an OFD, from its XML alone."""
    space = {"o": "http://www.ofdspec.org/2016"}
    with zipfile.ZipFile(path) as archive:
        parse = lambda name: ET.fromstring(archive.read(name))
        document = parse("Doc_0/Document.xml")
        templates = {
            one.get("ID"): parse("Doc_0/" + one.get("BaseLoc"))
            for one in document.iterfind(".//o:TemplatePage", space)
        }
        faces = {
            font.get("ID"): font.get("FontName") for font in parse("Doc_0/PublicRes.xml").iterfind(".//o:Font", space)
        }
        contents = [
            parse("Doc_0/" + page.get("BaseLoc")) for page in document.iterfind("o:Pages/o:Page", space)
        ]
    numbers = lambda text: [float(number) for number in text.split()]

    def colour(thing, kind):
        return "#" + "".join(f"{int(part):02x}" for part in thing.find(f"o:{kind}Color", space).get("Value").split())

    def boxes(data):
        """The box of each ring of a path, its control points left out, and whether it has curves."""
        words = iter(data.split())
        take = lambda count: [float(next(words)) for _ in range(count)]
        rings = []
        for step in words:
            if step == "M":
                rings.append(([], False))
            if step in "ML":
                rings[-1][0].append(take(2))
            elif step == "B":
                rings[-1] = (rings[-1][0] + [take(6)[4:]], True)
        return [
            ([min(x for x, _ in ring), min(y for _, y in ring), max(x for x, _ in ring), max(y for _, y in ring)], curved)
            for ring, curved in rings
        ]

    def page_of(content):
        page = {key: [] for key in ("runs", "lines", "ovals", "areas", "pictures")}
        box = content.find("o:Area/o:PhysicalBox", space).text
        page["width"], page["height"] = numbers(box)[2:]
        layers = [content]
        template = content.find("o:Template", space)
        if template is not None:
            layers.insert(0, templates[template.get("TemplateID")])
        for thing in itertools.chain.from_iterable(layer.find("o:Content/o:Layer", space) for layer in layers):
            kind = thing.tag.split("}")[1]
            left, top, width, height = numbers(thing.get("Boundary"))
            if kind == "TextObject":
                code = thing.find("o:TextCode", space)
                run = {
                    "text": code.text,
                    "x": left + float(code.get("X")),
                    "y": top + float(code.get("Y")),
                    "right": left + width,
                    "size": round(float(thing.get("Size")) * 72 / 25.4, 2),
                    "face": faces[thing.get("Font")],
                    "colour": colour(thing, "Fill"),
                    "upright": thing.get("CTM") is None,
                }
                add_run(page["runs"], run)
            elif kind == "ImageObject":
                page["pictures"].append([left, top, left + width, top + height])
            elif thing.get("Fill") == "true":
                for box, _ in boxes(thing.find("o:AbbreviatedData", space).text):
                    add_piece(page["areas"], box, colour(thing, "Fill"))
            else:
                for box, curved in boxes(thing.find("o:AbbreviatedData", space).text):
                    stroke = {"box": box, "width": float(thing.get("LineWidth")), "colour": colour(thing, "Stroke")}
                    page["ovals" if curved else "lines"].append(stroke)
        page["areas"] = finished(page["areas"])
        return page

    return {"pages": [page_of(content) for content in contents]}
