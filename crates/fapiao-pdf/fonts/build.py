#!/usr/bin/env python3
"""Cuts the fonts of the invoice forms from their packages. Run by hand; the results are kept in the tree.

    npm pack @expo-google-fonts/noto-serif-sc@0.4.3
    apt-get download fonts-lxgw-wenkai=1.250+repack-1 fonts-liberation2=2.1.5-1
    tar xzf expo-google-fonts-noto-serif-sc-0.4.3.tgz
    for deb in fonts-*.deb; do dpkg -x "$deb" .; done
    pip install fonttools==4.68.0
    python3 build.py --from .            # writes the fonts and SHA256SUMS beside this script
    python3 build.py --from . --check    # builds again and compares with SHA256SUMS

What comes out:

    song.ttf   values: every character of Noto Serif SC (all of GB18030 level 1, and the level 2 additions of
               the standard table of common characters); ASCII takes the half-width forms, as SimSun has them
    kai.ttf    labels, titles and marks only: LXGW WenKai
    mono.ttf   ASCII and the yen sign: Liberation Mono, composites flattened
    names.ttf  Han characters that song.ttf lacks and names may hold: LXGW WenKai

All four are TrueType outlines without hints, composites or layout tables: the renderer cuts them glyph by glyph.
The licences reserve the original names, so the cut fonts carry names of their own.
"""

import argparse
import hashlib
import pathlib
import sys

from fontTools import subset
from fontTools.misc.timeTools import timestampFromString
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).resolve().parent
BUILT = timestampFromString("Thu Jan  1 00:00:00 2026")  # Fixed, so that the same input gives the same bytes.

SOURCES = {
    "noto": ("package/400Regular/NotoSerifSC_400Regular.ttf",
             "c358a69de3df5f423a8946a7b03e3126fb6ba116f1130a463455b4e39e1f0742"),
    "wenkai": ("usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
               "bbf534b0ca093928f94d1782855e65a19a32cde82b075d495d072025521953c8"),
    "liberation": ("usr/share/fonts/truetype/liberation2/LiberationMono-Regular.ttf",
                   "6b3809450cf6253b36d157198dc15004a5fbade9abad5543c377feb7bb29139c"),
}

ASCII = "".join(map(chr, range(0x20, 0x7F)))

# Whatever a form prints in the face of labels. The tests of the crate fail when a label has no glyph here.
LABELS = ASCII + "".join("""
电子发票（普通发票）增值税专用发票增值税电子普通发票　机动车销售统一二手车
发票代码：发票号码：开票日期：校验码：机器编号：共页第页下载次数：年月日
购买方信息销售方信息名称：统一社会信用代码/纳税人识别号：地址、电话：开户行及账号：密码区备注
项目名称规格型号单位数量单价金额税率/征收率税额货物或应税劳务、服务名称车牌号类型通行日期起止
合计小计折扣总计价税合计（大写）（小写）（负数）整⊗
收款人：复核：开票人：销售方：（章）
销货清单销售货物或者提供应税劳务、服务清单购买方名称：销售方名称：所属增值税电子普通发票代码：号码：序号
全国统一发票监制章国家税务总局税务局
北京天津河北山西内蒙古辽宁吉林黑龙江上海江苏浙江安徽福建江西山东河南湖北湖南广东广西海南重庆四川贵州云南西藏
陕西甘肃青海宁夏新疆壮族回族维吾尔自治区省市大连宁波厦门青岛深圳香港澳门特别行政区
样张样票仅供测试无效作废红字红冲发票副本
建筑服务旅客运输货物运输不动产销售不动产经营租赁差额征税-差额开票全额开票农产品收购自产农产品销售光伏收购代收车船税
成品油稀土卷烟民航铁路电子客票行程单机动车拖拉机和联合收割机医疗住院门诊报废产品收购二手车旅客运输出行人有效身份证件号
零壹贰叁肆伍陆柒捌玖拾佰仟万亿圆角分整元一二三四五六七八九十百千
¥￥，。；：、（）《》“”‘’【】！？—…·×÷±％℃㎡①②③④⑤⑥⑦⑧⑨⑩
""".split())


def han(code):
    return 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x33480


def keep(font, codes):
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "gasp", "meta", "DSIG", "FFTM"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=codes)
    cut.subset(font)


def flatten(font):
    """Draws composite glyphs out: the renderer copies outlines and follows no references."""
    glyphs = font.getGlyphSet()
    table = font["glyf"]
    for name in font.getGlyphOrder():
        if table[name].isComposite():
            recording = DecomposingRecordingPen(glyphs)
            glyphs[name].draw(recording)
            pen = TTGlyphPen(None)
            recording.replay(pen)
            table[name] = pen.glyph()


def half_width_ascii(font):
    """Points ASCII at the half-width forms (feature `hwid`), half an em wide like those of SimSun."""
    gsub = font["GSUB"].table
    forms = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "hwid":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    table = getattr(table, "ExtSubTable", table)
                    forms.update(getattr(table, "mapping", {}))
    for table in font["cmap"].tables:
        for code in map(ord, ASCII):
            if code in getattr(table, "cmap", {}):
                table.cmap[code] = forms.get(table.cmap[code], table.cmap[code])
    best = font.getBestCmap()
    odd = [chr(code) for code in map(ord, ASCII) if font["hmtx"][best[code]][0] != 500]
    if odd:
        sys.exit(f"no half-width form for {odd}")


def rename(font, family, notice):
    names = font["name"]
    names.names = []
    postscript = family.replace(" ", "") + "-Regular"
    for number, text in {
        0: notice, 1: family, 2: "Regular", 3: f"{postscript}; cut, see NOTICE", 4: family, 5: "Version 1.000",
        6: postscript, 13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }.items():
        names.setName(text, number, 3, 1, 0x409)


def save(font, path):
    font["head"].modified = BUILT
    font["head"].created = BUILT
    font["post"].formatType = 3.0
    font.recalcTimestamp = False
    font.save(path, reorderTables=True)


def build(folder, into):
    def source(key):
        path, wanted = SOURCES[key]
        data = (folder / path).read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != wanted:
            sys.exit(f"{path} is another version: SHA-256 {found}, wanted {wanted}")
        return TTFont(folder / path, recalcTimestamp=False)

    song = source("noto")
    notice = song["name"].getDebugName(0)
    half_width_ascii(song)
    song_has = set(song.getBestCmap())
    keep(song, song_has)
    rename(song, "Fapiao Song", notice)
    save(song, into / "song.ttf")

    for file, family, codes in [
        ("kai.ttf", "Fapiao Kai", lambda has: {ord(c) for c in LABELS} & has),
        ("names.ttf", "Fapiao Names", lambda has: {c for c in has - song_has if han(c)}),
    ]:
        font = source("wenkai")
        notice = font["name"].getDebugName(0)
        codes = codes(set(font.getBestCmap()))
        keep(font, codes)
        flatten(font)
        rename(font, family, notice)
        save(font, into / file)

    mono = source("liberation")
    notice = mono["name"].getDebugName(0)
    keep(mono, {ord(c) for c in ASCII + "\u00a5"})
    flatten(mono)
    rename(mono, "Fapiao Mono", notice)
    save(mono, into / "mono.ttf")


def sums(folder):
    return "".join(
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ["kai.ttf", "mono.ttf", "names.ttf", "song.ttf"]
    )


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--from", dest="folder", type=pathlib.Path, required=True)
    arguments.add_argument("--check", action="store_true")
    given = arguments.parse_args()
    if given.check:
        import tempfile
        with tempfile.TemporaryDirectory() as scratch:
            build(given.folder, pathlib.Path(scratch))
            if sums(pathlib.Path(scratch)) != (HERE / "SHA256SUMS").read_text():
                sys.exit("the fonts in the tree are not what this script builds")
        return
    build(given.folder, HERE)
    (HERE / "SHA256SUMS").write_text(sums(HERE))


if __name__ == "__main__":
    main()
