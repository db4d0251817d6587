"""Reads our documents with independent programs and prints what they found as JSON.

usage: read.py READER FILE

Each reader is a library of somebody else; nothing here knows our layout.
"""

import contextlib
import json
import sys
import xml.etree.ElementTree as ET
import zipfile

from places import ofd_pages, pdf_pages


def pdfplumber_text(path):
    """Position-sorted text of every page."""
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return {"text": "\n".join(page.extract_text() or "" for page in pdf.pages)}


def pypdf_all(path):
    """Text in the order of the content, metadata and attachments."""
    from pypdf import PdfReader

    reader = PdfReader(path, strict=True)
    attachments = {
        name: [content.decode("utf-8") for content in contents]
        for name, contents in reader.attachments.items()
    }
    return {
        "text": "\n".join(page.extract_text() for page in reader.pages),
        "title": reader.metadata.title,
        "subject": reader.metadata.subject,
        "attachments": attachments,
        "associated": len(reader.trailer["/Root"].get("/AF", [])),
    }


def ofdkit_all(path):
    """Text and invoice of an OFD."""
    import ofdkit

    document = ofdkit.open(path)
    invoice = document.invoice()
    return {
        "pages": len(document.pages),
        "warnings": list(document.warnings) + (invoice.warnings if invoice else []),
        "text": document.text(),
        "custom_data": dict(document.info.custom_data),
        "invoice": invoice.to_dict() if invoice else None,
    }


def easyofd_all(path):
    """What the other OFD reader finds: runs of text, fonts, lines."""
    from easyofd import OFD

    ofd = OFD()
    with contextlib.redirect_stdout(sys.stderr):
        ofd.read(path, fmt="path")
    document = ofd.data[0]
    pages = document["page_info"]
    texts = [
        run["text"] for page in pages.values() for run in page["text_list"]
    ]
    return {"texts": texts, "pages": len(pages), "fonts": len(document["fonts"])}


def signature(path):
    """Every signature of a PDF, checked by pyHanko."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    with open(path, "rb") as file:
        found = []
        for one in PdfFileReader(file, strict=True).embedded_signatures:
            trust = ValidationContext(trust_roots=[one.signer_cert], allow_fetching=False)
            status = validate_pdf_signature(one, trust)
            found.append(
                {
                    "intact": status.intact,
                    "valid": status.valid,
                    "coverage": status.coverage.name,
                    "subfilter": one.sig_object["/SubFilter"],
                    "mechanism": one.signed_data["signer_infos"][0]["signature_algorithm"]["algorithm"].native,
                    "signer": one.signer_cert.subject.human_friendly,
                    "time": one.self_reported_timestamp.isoformat(),
                    "attributes": sorted(
                        attribute["type"].native
                        for attribute in one.signed_data["signer_infos"][0]["signed_attrs"]
                    ),
                }
            )
        return {"signatures": found}


def ofd_picture(path):
    """Draws the first page of an OFD from its XML and fonts alone, and writes PATH.png at 6 dots per millimetre."""
    from PIL import Image, ImageDraw, ImageFont

    dots, finer = 6, 3
    scale = dots * finer
    space = {"o": "http://www.ofdspec.org/2016"}
    with zipfile.ZipFile(path) as archive:
        parse = lambda name: ET.fromstring(archive.read(name))
        document = parse("Doc_0/Document.xml")
        page = parse("Doc_0/Pages/Page_0/Content.xml")
        layers = [page]
        template = page.find("o:Template", space)
        if template is not None:
            for one in document.iterfind(".//o:TemplatePage", space):
                if one.get("ID") == template.get("TemplateID"):
                    layers.insert(0, parse("Doc_0/" + one.get("BaseLoc")))
        width, height = map(float, page.find("o:Area/o:PhysicalBox", space).text.split()[2:])
        fonts = {
            font.get("ID"): archive.read("Doc_0/Res/" + font.find("o:FontFile", space).text)
            for font in parse("Doc_0/PublicRes.xml").iterfind(".//o:Font", space)
        }
    import io

    image = Image.new("RGB", (round(width * scale), round(height * scale)), "white")
    draw = ImageDraw.Draw(image)
    colour = lambda element: tuple(map(int, element.get("Value").split()))

    def outline(data):
        """Polygons of a path, curves as short lines."""
        words = data.split()
        rings, at = [], 0
        take = lambda n: [float(words[at + 1 + i]) * scale for i in range(n)]
        while at < len(words):
            step = words[at]
            if step == "M":
                rings.append([tuple(take(2))])
                at += 3
            elif step == "L":
                rings[-1].append(tuple(take(2)))
                at += 3
            elif step == "B":
                x0, y0 = rings[-1][-1]
                x1, y1, x2, y2, x3, y3 = take(6)
                for i in range(1, 9):
                    t = i / 8
                    u = 1 - t
                    rings[-1].append(
                        (
                            u**3 * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t**3 * x3,
                            u**3 * y0 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t**3 * y3,
                        )
                    )
                at += 7
            else:
                rings[-1].append(rings[-1][0])
                at += 1
        return rings

    for layer in layers:
        for thing in layer.find("o:Content/o:Layer", space):
            kind = thing.tag.split("}")[1]
            box = [float(number) for number in thing.get("Boundary").split()]
            if kind == "PathObject":
                rings = outline(thing.find("o:AbbreviatedData", space).text)
                if thing.get("Fill") == "true":
                    # Rings may cut holes: their turns are counted as the standard says by default.
                    from PIL import ImageChops

                    mask = Image.new("L", image.size, 0)
                    for ring in rings:
                        one = Image.new("L", image.size, 0) if len(rings) < 400 and len(ring) > 6 else None
                        if one is None:
                            ImageDraw.Draw(mask).polygon(ring, fill=255)
                        else:
                            ImageDraw.Draw(one).polygon(ring, fill=255)
                            mask = ImageChops.difference(mask, one)
                    image.paste(colour(thing.find("o:FillColor", space)), mask=mask)
                else:
                    thick = max(1, round(float(thing.get("LineWidth")) * scale))
                    for ring in rings:
                        draw.line(ring, fill=colour(thing.find("o:StrokeColor", space)), width=thick)
            elif kind == "TextObject":
                code = thing.find("o:TextCode", space)
                size = float(thing.get("Size")) * scale
                font = ImageFont.truetype(io.BytesIO(fonts[thing.get("Font")]), size)
                x = (box[0] + float(code.get("X"))) * scale
                y = (box[1] + float(code.get("Y"))) * scale
                deltas = [float(number) * scale for number in (code.get("DeltaX") or "").split()]
                ink = colour(thing.find("o:FillColor", space))
                for place, glyph in enumerate(code.text):
                    draw.text((x, y), glyph, font=font, fill=ink, anchor="ls")
                    if place < len(deltas):
                        x += deltas[place]
    image = image.resize((round(width * dots), round(height * dots)), Image.BOX).convert("L")
    image.save(path + ".png")
    with open(path + ".pgm", "wb") as file:
        file.write(b"P5\n%d %d\n255\n" % image.size + image.tobytes())
    return {"width": image.width, "height": image.height}


READERS = {
    "pdfplumber": pdfplumber_text,
    "pypdf": pypdf_all,
    "ofdkit": ofdkit_all,
    "easyofd": easyofd_all,
    "signature": signature,
    "ofd-picture": ofd_picture,
    "pdf-places": pdf_pages,
    "ofd-places": ofd_pages,
}

if __name__ == "__main__":
    json.dump(READERS[sys.argv[1]](sys.argv[2]), sys.stdout, ensure_ascii=False)
