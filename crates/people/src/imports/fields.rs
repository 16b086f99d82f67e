//! The typed values of one row. Everything wrong with it is gathered, nothing stops at the first.

use super::draft::{CarDraft, OwnerDraft};
use super::field::Field;
use super::header::Layout;
use super::note::{Remedy, RowFault, RowNote};
use super::survey::DateOrders;
use super::value::{DateReading, date_of, seen, text_of};
use kernel::loose::{Epoch, NumberFault, Unit, half_width, parse_mileage, parse_money, says_nothing};
use kernel::name::{NameFault, looks_like_organisation};
use kernel::phone::PhoneFault;
use kernel::plate::PlateFault;
use kernel::vin::VinFault;
use kernel::{Fen, PersonName, Phone, Plate, StoreDate, StoreDateTime, Vin};
use platform::sheets::{Cell, SheetRow};

/// Where each field stands in a row.
pub(super) struct Places(Vec<Option<(usize, Unit)>>);

impl Places {
    pub fn new(layout: &Layout) -> Places {
        let mut places = Vec::new();
        for column in &layout.columns {
            if let Some(field) = column.field {
                let slot = field as usize;
                if places.len() <= slot {
                    places.resize(slot + 1, None);
                }
                places[slot] = Some((column.index, column.unit));
            }
        }
        Places(places)
    }

    fn of(&self, field: Field) -> Option<(usize, Unit)> {
        self.0.get(field as usize).copied().flatten()
    }
}

pub(super) struct Fields<'a> {
    pub layout: &'a Layout,
    pub places: &'a Places,
    pub orders: &'a DateOrders,
    pub row: &'a SheetRow,
    pub today: StoreDate,
    pub epoch: Epoch,
    pub notes: Vec<RowNote>,
    pub faults: Vec<RowFault>,
}

impl Fields<'_> {
    pub fn cell(&self, field: Field) -> &Cell {
        self.places.of(field).and_then(|(index, _)| self.row.cells.get(index)).unwrap_or(&Cell::Empty)
    }

    pub fn note(&mut self, field: Field, code: &'static str) {
        self.notes.push(RowNote::new(field, code));
    }

    pub fn fault(&mut self, fault: RowFault) {
        self.faults.push(fault);
    }

    /// An optional text, blanks collapsed, at most 2,000 characters; a cell with an error is none.
    pub fn text(&mut self, field: Field) -> Option<String> {
        let raw = match self.cell(field) {
            Cell::Empty => return None,
            Cell::Error(_) => {
                self.note(field, "cell.error");
                return None;
            }
            cell @ (Cell::Text(_) | Cell::Number(_) | Cell::Bool(_) | Cell::DateTime(_)) => text_of(cell),
        };
        let clean: String = half_ends(&raw).chars().filter(|c| *c != '\0').take(2_000).collect();
        (!clean.is_empty()).then_some(clean)
    }

    /// A code or number: half width, inner blanks dropped.
    pub fn code(&mut self, field: Field) -> Option<String> {
        let text = self.text(field)?;
        let text: String = half_width(&text).trim_start_matches('\'').split_whitespace().collect();
        (!says_nothing(&text) && text.chars().count() <= 64).then_some(text)
    }

    pub fn name(&mut self, field: Field) -> Option<PersonName> {
        let text = self.text(field).filter(|text| !says_nothing(text))?;
        match PersonName::parse(&text) {
            Ok(name) => Some(name),
            Err(NameFault::Empty) => None,
            Err(fault @ NameFault::TooLong) => {
                self.fault(RowFault::new(field, fault.code(), &text, Remedy::Shorten));
                None
            }
        }
    }

    /// 客户, 车主 must be there.
    pub fn owner(&mut self, field: Field) -> Option<PersonName> {
        let before = self.faults.len();
        let name = self.name(field);
        if name.is_none() && self.faults.len() == before {
            self.fault(RowFault::new(field, "name.empty", "", Remedy::FillIn));
        }
        name
    }

    pub fn owner_draft(&mut self, name: PersonName, phones: Vec<Phone>) -> OwnerDraft {
        let said = self.text(Field::IdentityKind).map(|text| half_width(&text));
        let organisation = match said.as_deref() {
            Some("单位" | "單位" | "企业" | "企業" | "公司" | "集团" | "组织" | "团体" | "法人") => {
                true
            }
            Some("个人" | "個人" | "私人" | "自然人" | "个体") => false,
            Some(_) | None => looks_like_organisation(name.expose()),
        };
        OwnerDraft { name, organisation, phones }
    }

    /// The usable numbers of a cell. One that cannot be read rejects the row, so that it can be
    /// mended, unless another in the same cell is good or the field is only a second number.
    pub fn phones(&mut self, field: Field) -> Vec<Phone> {
        let raw = text_of(self.cell(field));
        let (mut good, mut bad): (Vec<Phone>, Vec<PhoneFault>) = (Vec::new(), Vec::new());
        for found in Phone::parse_cell(&raw) {
            match found {
                Ok(phone) if good.contains(&phone) => {}
                Ok(phone) => good.push(phone),
                Err(PhoneFault::Empty) => {}
                Err(fault) => bad.push(fault),
            }
        }
        let spare = !good.is_empty() || field == Field::OtherPhone;
        for fault in bad {
            if spare {
                self.notes.push(RowNote {
                    field,
                    code: fault.code().into(),
                    arg: fault.count().map(|n| n.to_string()),
                });
            } else {
                let seen = seen(self.cell(field), Some(field));
                self.fault(RowFault::new(field, fault.code(), &seen, Remedy::RetypePhone).with(fault.count()));
            }
        }
        good
    }

    /// VIN and plate together must identify the car. A bad VIN is dropped with a note where a plate
    /// is there, and the other way round; else the row is rejected for it. `vin_needed`: deliveries.
    pub fn car(&mut self, vin_needed: bool) -> CarDraft {
        let (raw_vin, raw_plate) = (text_of(self.cell(Field::Vin)), text_of(self.cell(Field::Plate)));
        let (vin, plate) = (Vin::parse(&raw_vin), Plate::parse(&raw_plate));
        let identified = if vin_needed { vin.is_ok() } else { vin.is_ok() || plate.is_ok() };
        match &vin {
            Ok(vin) if !vin.check_digit_ok() => self.note(Field::Vin, "vin.check_digit"),
            Ok(_) | Err(VinFault::Empty) => {}
            Err(fault) if identified => self.note(Field::Vin, fault.code()),
            Err(fault) => {
                let arg = match fault {
                    VinFault::WrongLength { length } => Some(length.to_string()),
                    VinFault::ForbiddenLetter(c) | VinFault::ForeignCharacter(c) => Some(c.to_string()),
                    VinFault::Empty => None,
                };
                let seen = seen(self.cell(Field::Vin), Some(Field::Vin));
                self.fault(RowFault::new(Field::Vin, fault.code(), &seen, Remedy::RetypeVin).with(arg));
            }
        }
        match &plate {
            Ok(_) | Err(PlateFault::Empty | PlateFault::NotYet) => {}
            Err(fault) if identified => self.note(Field::Plate, fault.code()),
            Err(fault) => self.fault(RowFault::new(Field::Plate, fault.code(), &raw_plate, Remedy::RetypePlate)),
        }
        let silent = matches!(vin, Err(VinFault::Empty))
            && (vin_needed || matches!(plate, Err(PlateFault::Empty | PlateFault::NotYet)));
        if silent {
            self.fault(RowFault::new(Field::Vin, "vin.empty", "", Remedy::FillIn));
        }
        CarDraft {
            vin: vin.ok(),
            plate: plate.ok(),
            brand: self.text(Field::Brand),
            series: self.text(Field::Series),
            model: self.text(Field::Model),
            colour: self.text(Field::Colour),
        }
    }

    /// The raw text on failure, so that the caller may reject or only note it.
    pub fn date(&self, field: Field) -> Option<Result<StoreDateTime, (&'static str, String)>> {
        let how = DateReading { order: self.orders.of(field), epoch: self.epoch, today: self.today };
        let cell = self.cell(field);
        date_of(cell, how).map(|found| found.map_err(|fault| (fault.code(), seen(cell, Some(field)))))
    }

    /// Noted and dropped where it cannot be read.
    pub fn optional_date(&mut self, field: Field) -> Option<StoreDate> {
        match self.date(field)? {
            Ok(at) => Some(at.date),
            Err((code, _)) => {
                self.note(field, code);
                None
            }
        }
    }

    pub fn mileage(&mut self) -> Option<i64> {
        self.number(Field::Mileage, parse_mileage)
    }

    pub fn money(&mut self, field: Field) -> Option<Fen> {
        self.number(field, parse_money)
    }

    fn number<T>(&mut self, field: Field, parse: impl Fn(&str, Unit) -> Result<T, NumberFault>) -> Option<T> {
        let unit = self.places.of(field).map(|(_, unit)| unit).unwrap_or_default();
        let text = text_of(self.cell(field));
        // A plain 0 is a number here, not an empty cell.
        if says_nothing(&text) && !half_width(&text).starts_with('0') {
            return None;
        }
        match parse(&text, unit) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.note(field, fault.code());
                None
            }
        }
    }
}

/// Trimmed with ideographic blanks; the inside of a text is left as it is.
fn half_ends(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}' | '\0'))
}
