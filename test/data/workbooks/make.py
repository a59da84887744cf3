"""Makes the workbooks of this folder with openpyxl, so that the reader is tested against files that it did not write itself.

    python3 -m venv DIR && DIR/bin/pip install openpyxl==3.1.5 && DIR/bin/python test/data/workbooks/make.py
"""
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HERE = Path(__file__).parent
ENTRIES = [
    "Property Name", "Portfolio Manager ID", "Portfolio Manager Meter ID", "Meter Name", "Meter Type",
    "Meter Consumption ID", "Start Date", "End Date", "Delivery Date", "Usage/Quantity", "Usage Units", "Cost ($)",
    "Estimation?", "Demand (kW)", "Demand Cost ($)", "Last Modified Date", "Last Modified By", "Green Power?",
    "Energy Exported Off-site", "REC Ownership",
]
KWH = "kWh (thousand Watt-hours)"


def entry(meter, kind, start, end, quantity, unit, estimated="No", delivery=None, green=None, exported=None):
    return ["Sample Hall", 1000001, meter, f"Meter {meter}", kind, 70000 + meter, start, end, delivery, quantity, unit, 10.5,
            estimated, None, None, datetime(2023, 1, 5, 9, 30), "nobody", green, exported, None]


def meter_entries(name, epoch=None):
    book = Workbook()
    if epoch is not None:
        book.epoch = epoch
    book.active.title = "Properties"
    book.active.append(["Property Name", "Portfolio Manager ID"])
    sheet = book.create_sheet("Meter Entries")
    sheet.append(["Meter Consumption Data"])
    sheet.append(["Made on", datetime(2023, 1, 5)])
    sheet.append([])
    sheet.append(ENTRIES)
    # newest first, days shared
    sheet.append(entry(11, "Electric - Grid", date(2022, 2, 1), date(2022, 3, 1), 1234.5, KWH, "Yes"))
    sheet.append(entry(11, "Electric - Grid", date(2022, 1, 1), date(2022, 2, 1), 0.1 + 0.2, KWH, green="Yes"))
    # last days billed
    sheet.append(entry(12, "Natural Gas", date(2022, 1, 1), date(2022, 1, 31), 12, "MCF(million cubic feet)"))
    sheet.append(entry(12, "Natural Gas", date(2022, 2, 1), date(2022, 2, 28), 340, "ccf (hundred cubic feet)"))
    # on-site solar, alone: no evidence of the end
    sheet.append(entry(13, "Electric - Solar", date(2022, 6, 1), date(2022, 6, 30), 500, KWH, exported=120.25))
    # a delivery, and a blank
    sheet.append(entry(14, "Fuel Oil (No. 2)", None, None, 900, "Gallons (US)", delivery=date(2022, 3, 9)))
    sheet.append(entry(15, "District Steam", date(2022, 1, 1), date(2022, 1, 31), None, "kBtu (thousand Btu)"))
    # text dates: one that can only be meant one way, one that cannot
    sheet.append(entry(16, "Municipally Supplied Potable Water - Indoor", "01/15/2022", "02/14/2022", 3, "KGal (thousand gallons) (US)"))
    sheet.append(entry(17, "Electric - Grid", "01/02/2022", "02/02/2022", 3, KWH))
    # one day, hidden; a formula without a stored value; an error
    sheet.append(entry(18, "Electric - Grid", date(2022, 5, 5), date(2022, 5, 5), 7, KWH))
    sheet.row_dimensions[14].hidden = True
    sheet.append(entry(19, "Electric - Grid", date(2022, 5, 1), date(2022, 5, 31), "=5*2", KWH))
    sheet.append(entry(20, "Electric - Grid", date(2022, 5, 1), date(2022, 5, 31), "#REF!", KWH))
    hidden = book.create_sheet("Old entries")
    hidden.append(ENTRIES)
    hidden.append(entry(99, "Electric - Grid", date(2022, 1, 1), date(2022, 1, 31), 99, KWH))
    hidden.sheet_state = "hidden"
    book.save(HERE / name)


def upload():
    book = Workbook()
    titles = ["Meter ID\n(Pre-filled)", "Meter Consumption ID\n(Pre-filled)", "Portfolio Manager ID, (Pre-filled)", "Property Name (Pre-filled)",
              "Meter Name (Pre-filled)", "Meter Type (Pre-filled)", "Start Date\n(Required)", "End Date\n(Required)",
              "Quantity\n(Required)", "Usage Units", "Cost ($)", "Estimation"]
    first = book.active
    first.title = "Add Bills-Electric"
    first.append(titles)
    first.append([None, None, 1000001, "Sample Hall", "E-7", "Electric", date(2024, 2, 1), date(2024, 2, 29), 88.25, "MWh (million Watt-hours)", None, None])
    second = book.create_sheet("Add Bills-Non Electric")
    second.append(titles)
    second.append([None, None, 1000001, "Sample Hall", "G-7", "Natural Gas", date(2024, 2, 1), date(2024, 2, 29), 61, "therms", None, "Yes"])
    book.save(HERE / "upload.xlsx")


def germany():
    """Bills of a year that has factors: 1000 kWh, 2.5 MWh and 640 kWh delivered, 75.5 kWh used of the roof and 24.5 sent away."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "Meter Entries"
    sheet.append(ENTRIES)
    sheet.append(entry(31, "Electric - Grid", date(2023, 1, 10), date(2023, 2, 9), 1000, KWH))
    sheet.append(entry(31, "Electric - Grid", date(2023, 2, 9), date(2023, 3, 11), 2.5, "MWh (million Watt-hours)", "Yes"))
    sheet.append(entry(32, "Electric - Grid", date(2023, 4, 1), date(2023, 4, 30), 640, KWH))
    sheet.append(entry(33, "Electric - Solar", date(2023, 6, 1), date(2023, 6, 30), 75.5, KWH, exported=24.5))
    # a day of the month to the same day, and meter 31 shares its days: what the end means must be told
    sheet.append(entry(34, "Electric - Grid", date(2023, 5, 15), date(2023, 6, 15), 310, KWH))
    sheet.column_dimensions["L"].hidden = True
    sheet.column_dimensions["M"].hidden = True
    book.save(HERE / "germany-2023.xlsx")


meter_entries("meter-entries.xlsx")
meter_entries("meter-entries-1904.xlsx", CALENDAR_MAC_1904)
upload()
germany()
