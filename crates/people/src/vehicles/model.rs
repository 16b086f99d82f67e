//! Cars, who has them, and what was done to them.

use kernel::{CustomerId, Plate, StoreDate, VehicleId, Vin};
use platform::{keyed, row};

keyed! {
    /// State of a repair order or a delivery.
    pub enum VisitState {
        Recorded = "recorded",
        /// 作废, 取消: ends follow-ups that were not begun.
        Cancelled = "cancelled",
    }
}

keyed! {
    /// Why somebody counts as the owner since a day.
    pub enum OwnershipWhy {
        Delivery = "delivery",
        Visit = "visit",
        Import = "import",
        Entry = "entry",
    }
}

row! {
    /// A car beside the customer who has or had it.
    #[derive(Clone)]
    pub struct OwnedCar {
        pub id: VehicleId,
        pub customer_id: CustomerId,
        pub vin: Option<Vin>,
        pub plate: Option<Plate>,
        pub brand: Option<String>,
        pub series: Option<String>,
        pub model: Option<String>,
        pub colour: Option<String>,
        pub purchased_on: Option<StoreDate>,
        pub mileage_km: Option<i64>,
        pub mileage_on: Option<StoreDate>,
        pub version: i64,
        pub from_day: StoreDate,
        pub until_day: Option<StoreDate>,
    }
}

impl OwnedCar {
    /// 速派 2023: the series, else model or brand, with the year it was bought in.
    pub fn title(&self) -> String {
        let name = self.series.as_ref().or(self.model.as_ref()).or(self.brand.as_ref());
        let name = name.map_or_else(|| "--".to_owned(), Clone::clone);
        match self.purchased_on {
            Some(day) => format!("{name} {}", day.year()),
            None => name,
        }
    }
}
