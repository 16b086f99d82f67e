#!/usr/bin/env python3
"""Counts the rows of the five dealer-system exports without the importer.

    python3 xtask/oracle/dms_counts.py [FOLDER]      (default ../shared/data/dms)

Prints JSON: per file and sheet the rows read, accepted, same, replaced, rejected (by cause) and
skipped, found by rules of its own: a data row is one whose first cell has the shape of that file's
record number; everything else below the header that has content is skipped. The standard library
only, except for the old .xls, which needs xlrd. The constants of
crates/people/src/imports/tests/dms.rs come from here.
"""

import csv
import datetime
import io
import json
import os
import re
import sys
import unicodedata
import zipfile
from collections import Counter
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def xlsx_sheets(path):
    """[(name, {row number: {column letter: text}})]: values as the XML has them."""
    book = zipfile.ZipFile(path)
    shared = []
    if "xl/sharedStrings.xml" in book.namelist():
        for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")):
            shared.append("".join(t.text or "" for t in item.iter(MAIN + "t")))
    names = [s.get("name") for s in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(MAIN + "sheet")]
    sheets = []
    for i, name in enumerate(names, 1):
        rows = {}
        for cell in ElementTree.fromstring(book.read(f"xl/worksheets/sheet{i}.xml")).iter(MAIN + "c"):
            letters, number = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r")).groups()
            value = cell.find(MAIN + "v")
            text = value.text or "" if value is not None else ""
            if cell.get("t") == "s":
                text = shared[int(text)]
            elif cell.get("t") == "inlineStr":
                text = "".join(t.text or "" for t in cell.iter(MAIN + "t"))
            if text.strip():
                rows.setdefault(int(number), {})[letters] = text
        sheets.append((name, rows))
    return sheets


def letters(index):
    return chr(ord("A") + index)


def from_lists(lists):
    rows = {}
    for number, line in enumerate(lists, 1):
        cells = {letters(i): str(value) for i, value in enumerate(line) if str(value).strip()}
        if cells:
            rows[number] = cells
    return rows


def half(text):
    return unicodedata.normalize("NFKC", text).strip()


def phones(text):
    """None: nothing written. Else the usable numbers, possibly none."""
    text = half(text)
    if not text:
        return None
    good = []
    for part in re.split(r"[/、,;\n]", text):
        part = re.sub(r"\.0$", "", part.strip())
        if re.search(r"[eE]\+", part):
            mantissa, exponent = re.split(r"[eE]\+", part)
            digits = mantissa.replace(".", "")
            part = digits if len(digits) == int(exponent) + 1 else ""
        digits = re.sub(r"^\+?86(?=1\d{10}$)", "", re.sub(r"[ \-]", "", part))
        if re.fullmatch(r"1[3-9]\d{9}", digits):
            good.append(digits)
    return good


def vin(text):
    text = half(text).upper()
    return text if re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", text) else None


def plate(text):
    text = re.sub(r"[ ·.\-]", "", half(text).upper())
    return text if re.fullmatch(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}", text) else None


def day(text, epoch=datetime.date(1899, 12, 30)):
    """ISO date of any shape in these files, or None."""
    text = half(text)
    if m := re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", text):
        parts = [int(x) for x in m.groups()]
    elif m := re.match(r"(\d{2})/(\d{2})/(\d{4})", text):
        parts = [int(m[3]), int(m[2]), int(m[1])]
    elif re.fullmatch(r"\d{8}", text):
        parts = [int(text[:4]), int(text[4:6]), int(text[6:])]
    elif m := re.fullmatch(r"(\d{2})/(\d{1,2})/(\d{1,2})", text):
        year = int(m[1])
        parts = [1900 + year if year > 26 else 2000 + year, int(m[2]), int(m[3])]
    elif re.fullmatch(r"\d{4,5}(\.\d+)?", text):
        return (epoch + datetime.timedelta(days=int(float(text)))).isoformat()
    else:
        return None
    try:
        return datetime.date(*parts).isoformat()
    except ValueError:
        return None


def bump(counts, causes):
    if causes:
        counts["rejected"] += 1
        for cause in causes:
            counts["causes"][cause] += 1
    return bool(causes)


def count(rows, header, record, judge, identity):
    counts = {"read": 0, "accepted": 0, "same": 0, "replaced": 0, "rejected": 0, "skipped": 0, "causes": Counter()}
    standing = {}
    for number in sorted(rows):
        if number <= header:
            continue
        row = rows[number]
        if not re.fullmatch(record, half(row.get("A", ""))):
            counts["skipped"] += 1
            continue
        counts["read"] += 1
        if bump(counts, judge(row)):
            continue
        key, content = identity(row)
        if key not in standing:
            standing[key] = content
            counts["accepted"] += 1
        elif standing[key] == content:
            counts["same"] += 1
        else:
            standing[key] = content
            counts["replaced"] += 1
    counts["causes"] = dict(counts["causes"])
    return counts


def visit(owner, phone, car, number_plate, times):
    """The judge of a list of repair orders, with these columns."""

    def judge(row):
        get = lambda column: row.get(column, "")
        causes = []
        if not half(get(owner)):
            causes.append("owner")
        found = phones(get(phone))
        if found == []:
            causes.append("phone")
        if not vin(get(car)) and not plate(get(number_plate)):
            causes.append("car")
        if not any(day(get(column)) for column in times):
            causes.append("date")
        return causes

    return judge


def delivery(row):
    causes = []
    if not half(row.get("C", "")):
        causes.append("owner")
    if phones(row.get("E", "")) == []:
        causes.append("phone")
    if not vin(row.get("F", "")):
        causes.append("car")
    if not day(row.get("B", "")):
        causes.append("date")
    return causes


def customer(row):
    causes = []
    if not half(row.get("B", "")):
        causes.append("owner")
    if phones(row.get("D", "")) == []:
        causes.append("phone")
    return causes


GENDER = {"男": "M", "先生": "M", "M": "M", "女": "F", "女士": "F", "F": "F"}


def customer_identity(row):
    get = lambda column: half(row.get(column, ""))
    dates = lambda column: day(row.get(column, "")) if get(column) else None
    lunar = get("G") == "农历" and bool(get("F"))
    content = (
        get("B"), GENDER.get(get("C")), tuple(phones(row.get("D", "")) or ()), tuple(phones(row.get("E", "")) or ()),
        dates("F"), lunar, get("H"), get("I"), get("J"), plate(row.get("K", "")), vin(row.get("L", "")), dates("M"),
        get("N"), row.get("O", "").strip(),
    )
    return (get("A"), vin(row.get("L", "")) or plate(row.get("K", ""))), content


def by_number(row):
    return half(row["A"]), tuple(sorted((k, half(v)) for k, v in row.items()))


def main(folder):
    path = lambda name: os.path.join(folder, name)
    result = {}
    (_, rows), = xlsx_sheets(path("维修结算明细_城南店_2026-11.xlsx"))
    result["维修结算明细_城南店_2026-11.xlsx"] = count(
        rows, 4, r"RO\d{11}", visit("E", "G", "I", "H", "BC"), by_number)
    for name, rows in xlsx_sheets(path("客户档案.xlsx")):
        if name == "个人":
            counts = count(rows, 1, r"K\d{6}", customer, customer_identity)
        else:
            # A company is named in A, its contact's phone stands in E.
            judge = lambda row: ["phone"] if phones(row.get("E", "")) == [] else []
            counts = count(rows, 1, r".+", judge, by_number)
        result[f"客户档案.xlsx/{name}"] = counts
    with open(path("交车明细_2026-11.csv"), encoding="gb18030", newline="") as file:
        rows = from_lists(csv.reader(io.StringIO(file.read())))
    result["交车明细_2026-11.csv"] = count(
        rows, 1, r"\d+", delivery, lambda row: ((vin(row["F"]), day(row["B"])), by_number(row)[1][1:]))
    with open(path("repair_orders_group.tsv"), encoding="utf-16", newline="") as file:
        rows = from_lists(csv.reader(io.StringIO(file.read()), delimiter="\t"))
    result["repair_orders_group.tsv"] = count(
        rows, 1, r"RO\d{11}", visit("E", "F", "H", "G", "CD"), lambda row: ((row["B"], row["A"]), by_number(row)[1]))
    try:
        import xlrd
    except ImportError:
        print("notice: xlrd is not installed, the .xls is left out", file=sys.stderr)
    else:
        book = xlrd.open_workbook(path("售后流水_高新店.xls"))
        sheet = book.sheet_by_index(0)
        whole = lambda v: str(int(v)) if isinstance(v, float) and v == int(v) else str(v)
        rows = from_lists([[whole(v) for v in sheet.row_values(i)] for i in range(sheet.nrows)])
        result["售后流水_高新店.xls"] = count(rows, 1, r"RO\d{11}", visit("E", "F", "G", "D", "BC"), by_number)
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/dms")
