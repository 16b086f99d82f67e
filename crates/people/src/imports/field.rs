use serde::{Deserialize, Serialize};

/// What a sheet lists.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    RepairOrders,
    Deliveries,
    Customers,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::RepairOrders, Kind::Deliveries, Kind::Customers];

    /// As on the command line: `repair-orders`, `deliveries`, `customers`.
    pub fn code(self) -> &'static str {
        match self {
            Kind::RepairOrders => "repair-orders",
            Kind::Deliveries => "deliveries",
            Kind::Customers => "customers",
        }
    }

    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// At least one field of each group must be mapped, else every row would be rejected.
    pub fn required(self) -> &'static [&'static [Field]] {
        use Field::*;
        match self {
            Kind::RepairOrders => &[&[Owner], &[OpenedAt, SettledAt], &[Vin, Plate]],
            Kind::Deliveries => &[&[Owner], &[DeliveredOn], &[Vin]],
            Kind::Customers => &[&[Owner, Organisation]],
        }
    }
}

/// What a column holds. The same field carries the same meaning in every kind.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The number of the repair order.
    Number,
    StoreCode,
    OpenedAt,
    SettledAt,
    WorkType,
    /// 客户, 车主, 姓名.
    Owner,
    /// 送修人: who brought the car, a contact of that visit.
    Visitor,
    /// Of the visitor where the row names one, else of the owner.
    Phone,
    OwnerPhone,
    VisitorPhone,
    OtherPhone,
    Plate,
    Vin,
    Brand,
    Series,
    Model,
    Colour,
    Mileage,
    Estimate,
    Amount,
    Labour,
    Parts,
    Advisor,
    Items,
    Appointment,
    Status,
    DeliveredOn,
    /// 个人 or 单位.
    IdentityKind,
    Consultant,
    Price,
    /// The customer number of the other system.
    Code,
    Gender,
    Birthday,
    /// 公历 or 农历.
    BirthdayKind,
    Region,
    PreferredChannel,
    PreferredTime,
    PurchasedOn,
    Source,
    Organisation,
    /// 统一社会信用代码.
    CreditCode,
    Contact,
    ContactRole,
    FleetSize,
    Note,
}

impl Field {
    /// The key of its label (`import-field-…`) and its stored name.
    pub fn code(self) -> &'static str {
        use Field::*;
        match self {
            Number => "number",
            StoreCode => "store_code",
            OpenedAt => "opened_at",
            SettledAt => "settled_at",
            WorkType => "work_type",
            Owner => "owner",
            Visitor => "visitor",
            Phone => "phone",
            OwnerPhone => "owner_phone",
            VisitorPhone => "visitor_phone",
            OtherPhone => "other_phone",
            Plate => "plate",
            Vin => "vin",
            Brand => "brand",
            Series => "series",
            Model => "model",
            Colour => "colour",
            Mileage => "mileage",
            Estimate => "estimate",
            Amount => "amount",
            Labour => "labour",
            Parts => "parts",
            Advisor => "advisor",
            Items => "items",
            Appointment => "appointment",
            Status => "status",
            DeliveredOn => "delivered_on",
            IdentityKind => "identity_kind",
            Consultant => "consultant",
            Price => "price",
            Code => "code",
            Gender => "gender",
            Birthday => "birthday",
            BirthdayKind => "birthday_kind",
            Region => "region",
            PreferredChannel => "preferred_channel",
            PreferredTime => "preferred_time",
            PurchasedOn => "purchased_on",
            Source => "source",
            Organisation => "organisation",
            CreditCode => "credit_code",
            Contact => "contact",
            ContactRole => "contact_role",
            FleetSize => "fleet_size",
            Note => "note",
        }
    }

    pub fn from_code(code: &str) -> Option<Field> {
        super::words::fields().find(|field| field.code() == code)
    }

    pub fn is_date(self) -> bool {
        matches!(self, Field::OpenedAt | Field::SettledAt | Field::DeliveredOn | Field::Birthday | Field::PurchasedOn)
    }

    /// Digits that name something and are never counted with: Excel may show them with an exponent, nobody wrote them so.
    pub fn is_code(self) -> bool {
        self.is_phone()
            || matches!(
                self,
                Field::Vin | Field::Plate | Field::Number | Field::Code | Field::StoreCode | Field::CreditCode
            )
    }

    pub fn is_phone(self) -> bool {
        matches!(self, Field::Phone | Field::OwnerPhone | Field::VisitorPhone | Field::OtherPhone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 代号_一一对应() {
        for field in super::super::words::fields() {
            assert_eq!(Field::from_code(field.code()), Some(field));
            assert_eq!(serde_json::to_value(field).expect("json"), field.code());
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
            assert_eq!(serde_json::to_value(kind).expect("json"), kind.code());
        }
    }
}
